"""Where does the notifications app plug into Django?"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Mail"

    def ready(self) -> None:
        from config.queues import register_sweep
        from notifications import jobs, partitions, receivers
        from notifications.catalog.checks import check_types
        from notifications.catalog.registry import discover
        from notifications.compose.checks import check_templates
        from notifications.delivery import sweeper
        from notifications.delivery.checks import check_lease, check_providers

        discover()
        for check in (check_types, check_templates, check_lease, check_providers):
            register(check)
        receivers.connect()
        post_migrate.connect(_prepare, sender=self)
        register_sweep("due", every=0.5, run=jobs.sweep_due, is_exclusive=False)
        register_sweep("leases", every=2, run=sweeper.recover_expired)
        register_sweep("expiry", every=10, run=sweeper.expire_late)
        register_sweep("secrets", every=600, run=sweeper.erase_old_secrets)
        register_sweep("attempts partitions", every=3600, run=partitions.ensure_partitions)


def _prepare(**_: Any) -> None:
    from notifications.partitions import ensure_partitions
    from notifications.routing.topics import ensure_topics

    ensure_partitions()
    ensure_topics()
