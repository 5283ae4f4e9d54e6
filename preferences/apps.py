"""Where does the preferences app plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    name = "preferences"
    verbose_name = "People"

    def ready(self) -> None:
        from config import clock
        from config.queues import register_sweep
        from preferences import erasing, histories, suppression_lists

        histories.register()
        suppression_lists.register()
        register_sweep("erasures", every=2, run=erasing.erase_due, is_apart=True)
        register_sweep(
            "suppression lists", every=1, run=lambda: suppression_lists.work_on_lists(at=clock.now()), is_apart=True
        )
        register_sweep("old suppression lists", every=3600, run=lambda: suppression_lists.forget_lists(at=clock.now()))
