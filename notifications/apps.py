"""Where does the notifications app plug into Django?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import register
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Mail"

    def ready(self) -> None:
        from config.queues import register_sweep
        from notifications import merging, receivers
        from notifications.catalog.checks import check_types
        from notifications.catalog.registry import discover
        from notifications.compose.brands.public import read_public_brand
        from notifications.compose.checks import check_templates
        from notifications.delivery import erasure as delivery_erasure
        from notifications.delivery import simulated_erasure, template_test_erasure
        from notifications.delivery.checks import check_channels, check_lease, check_providers
        from notifications.event_story import tell_event
        from notifications.routing import erasure as routing_erasure
        from preferences.branding import provide_brand
        from tracking.steps import register_teller

        discover()
        for check in (check_types, check_templates, check_lease):
            register(check)
        for check in (check_providers, check_channels):
            register(check, deploy=True)  # `migrate` runs the others: an account that lacks a key must not stop it
        receivers.connect()
        register_teller(tell_event)
        provide_brand(read_public_brand)
        for module in (delivery_erasure, routing_erasure, simulated_erasure, template_test_erasure, merging):
            module.register()
        post_migrate.connect(_prepare, sender=self)
        for sweep in _sweeps():
            register_sweep(**sweep)


def _sweeps() -> list[dict[str, Any]]:
    """What must be looked after, and how often (seconds)."""
    from notifications import forgotten_sign_ups, jobs, partitions
    from notifications.compose import publications
    from notifications.delivery import deadletters, sweeper, unknowns, vacuum, warmup, warmup_harm
    from notifications.delivery.domains.rechecking import recheck_domains
    from notifications.routing import digest_flush
    from preferences import caps

    return [
        {"name": "due", "every": 0.5, "run": jobs.sweep_due, "is_exclusive": False},
        {"name": "leases", "every": 2, "run": sweeper.recover_expired},
        {"name": "silent workers' mail", "every": 3, "run": sweeper.recover_silent},
        {"name": "dead rows", "every": 1, "run": vacuum.vacuum_outbox, "is_apart": True},
        {"name": "digests", "every": 5, "run": digest_flush.flush_due, "is_exclusive": False},
        {"name": "planned templates", "every": 5, "run": _now(publications.publish_due)},
        {"name": "expiry", "every": 10, "run": sweeper.expire_late},
        {"name": "evidence", "every": 10, "run": unknowns.search_evidence, "is_apart": True},
        {"name": "places in caps", "every": 600, "run": _now(caps.prune_uses)},
        {"name": "secrets", "every": 600, "run": sweeper.erase_old_secrets},
        {"name": "dead letters' secrets", "every": 600, "run": deadletters.erase_expired_secrets},
        {"name": "dead letters", "every": 60, "run": deadletters.check_pile},
        {"name": "warm-up days", "every": 60, "run": _now(warmup.advance_plans)},
        {"name": "warm-up harm", "every": 300, "run": _now(warmup_harm.count_harm)},
        {"name": "domains", "every": 3600, "run": recheck_domains, "is_apart": True},
        {"name": "silent workers", "every": 3600, "run": sweeper.forget_silent_workers},
        {"name": "sign-ups", "every": 3600, "run": forgotten_sign_ups.forget_unconfirmed, "is_exclusive": False},
        {"name": "attempts partitions", "every": 3600, "run": partitions.ensure_partitions},
    ]


def _now(run: Callable[..., object]) -> Callable[[], object]:
    """A sweep that is handed the time."""

    def sweep() -> object:
        from config import clock

        return run(at=clock.now())

    return sweep


def _prepare(**given: Any) -> None:
    from notifications.compose.brands.saving import ensure_default_brand
    from notifications.delivery.holds import ensure_stream_holds
    from notifications.partitions import ensure_partitions
    from notifications.routing.topics import ensure_topics

    ensure_partitions()
    if "brand" in (given.get("apps") or apps).all_models["notifications"]:  # not so before its migration, or back again
        ensure_default_brand()
    ensure_stream_holds()
    ensure_topics()
