"""Where does the preferences app plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig


class PreferencesConfig(AppConfig):
    name = "preferences"
    verbose_name = "People"

    def ready(self) -> None:
        from config import clock
        from config.queues import register_sweep
        from preferences import (
            bulk_editing,
            contact_lists,
            erasing,
            exporting,
            histories,
            merge_traces,
            suppression_lists,
            users,
        )
        from preferences.importing import life, traces

        histories.register()
        users.connect()
        suppression_lists.register()
        contact_lists.register()
        traces.register()
        exporting.register()
        bulk_editing.register()
        merge_traces.register()
        register_sweep(
            "contact imports", every=1, run=lambda: life.work_on_imports(at=clock.now(), seconds=20), is_apart=True
        )
        register_sweep(
            "contact exports", every=1, run=lambda: exporting.work_on_exports(at=clock.now(), seconds=20), is_apart=True
        )
        register_sweep(
            "bulk edits", every=1, run=lambda: bulk_editing.work_on_edits(at=clock.now(), seconds=20), is_apart=True
        )
        register_sweep("old bulk edits", every=3600, run=lambda: bulk_editing.forget_plans(at=clock.now()))
        register_sweep("old contact exports", every=600, run=lambda: exporting.forget_exports(at=clock.now()))
        register_sweep("old contact imports", every=3600, run=lambda: life.forget_imports(at=clock.now()))
        register_sweep("erasures", every=2, run=erasing.erase_due, is_apart=True)
        register_sweep(
            "suppression lists", every=1, run=lambda: suppression_lists.work_on_lists(at=clock.now()), is_apart=True
        )
        register_sweep("old suppression lists", every=3600, run=lambda: suppression_lists.forget_lists(at=clock.now()))
