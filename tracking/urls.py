"""Under which addresses do tracked links answer?"""

from __future__ import annotations

from django.urls import path

from tracking import public

app_name = "tracking"
urlpatterns = [
    path("o/<str:token>.gif", public.open_pixel, name="open"),
    path("c/<str:token>/<int:number>", public.click, name="click"),
    path("c/<str:token>/<int:number>.<int:index>", public.click, name="click_personal"),
]
