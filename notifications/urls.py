"""Under which addresses do providers report?"""

from __future__ import annotations

from django.urls import path

from notifications import public

app_name = "notifications"
urlpatterns = [
    path("webhooks/<slug:kind>/<str:account>/", public.webhook, name="webhook"),
]
