"""Where does the roof plug into Django? As an app: for its commands, deploy checks and templates."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Postrider"

    def ready(self) -> None:
        from config import checks, moments, roles  # noqa: F401 - the checks register themselves with Django

        moments.connect()
        roles.connect()
