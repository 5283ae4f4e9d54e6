"""Where does the preferences app plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    name = "preferences"
    verbose_name = "People"

    def ready(self) -> None:
        from config.queues import register_sweep
        from preferences import erasing, histories

        histories.register()
        register_sweep("erasures", every=2, run=erasing.erase_due, is_apart=True)
