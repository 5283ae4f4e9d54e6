"""Where does the tracking app plug into Django?"""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TrackingConfig(AppConfig):
    name = "tracking"
    verbose_name = "Log"

    def ready(self) -> None:
        from config.queues import WEBHOOKS, register_sweep, ring
        from preferences.history import register_history
        from preferences.merging import register_merge_guard
        from preferences.soft_bounces import provide_soft_bounces
        from tracking import (
            conversions,
            erasure,
            events,
            history,
            mailboxes,
            partitions,
            receipts,
            receivers,
            retention,
            timeline,
        )
        from tracking.figures import sweeping

        receivers.connect()
        register_history(history.read_history)
        provide_soft_bounces(mailboxes.count_soft_bounces)
        erasure.register()
        timeline.register()
        register_merge_guard(events.tell_waiting)
        post_migrate.connect(lambda **_: partitions.ensure_partitions(), sender=self, weak=False)
        register_sweep("partitions", every=3600, run=partitions.ensure_partitions)
        register_sweep("event claims", every=600, run=events.purge_claims)
        register_sweep("old receipts", every=3600, run=retention.purge_receipts)
        register_sweep("conversions", every=2, run=conversions.attribute_due, is_apart=True)
        register_sweep("figures", every=5, run=sweeping.refresh_figures, is_apart=True)
        register_sweep("old figures", every=3600, run=retention.purge_figures)
        register_sweep("receipts", every=2, run=lambda: receipts.has_waiting() and ring(WEBHOOKS))
