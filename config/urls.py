"""Which address leads where? People's pages and machine doors first, the staff console at the root last."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config.doctor import screen
from config.health import healthz


def _has_demo() -> bool:
    """Whether the demo shop is installed here."""
    return apps.is_installed("demo") and find_spec("demo.urls") is not None


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("health/", screen.show_health, name="health"),
    path("", include("preferences.urls")),
    path("", include("tracking.urls")),
    path("", include("notifications.urls")),
    path("", include("campaigns.urls")),
    # The shop's addresses exist where the shop is installed.
    *([path("shop/", include("demo.urls"))] if _has_demo() else []),
    # The admin answers everything below "", so whatever stands after it is never reached.
    path("", admin.site.urls),
]
