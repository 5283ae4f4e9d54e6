"""Under which addresses does a person choose?"""

from __future__ import annotations

from django.urls import path

from preferences import public

app_name = "preferences"
urlpatterns = [
    path("u/<str:token>", public.unsubscribe, name="unsubscribe"),
    path("p/<str:token>", public.preferences, name="preferences"),
]
