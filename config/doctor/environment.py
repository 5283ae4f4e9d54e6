"""Where does mail go from here, and is the installation set up as Django and we ask for?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks.registry import registry

from config.checks import report_mail_road
from config.doctor.findings import Finding, Severity, listed, page
from notifications.compose.checks import check_templates
from notifications.delivery.models import Provider

SUBJECT = "Installation"
#: Checks whose faults other findings tell, or that are told by `find_mail_road`.
_TOLD = ("delivery.E001", "delivery.E002", "delivery.E003", "delivery.E004", "config.I001")


def find_mail_road(at: datetime | None) -> Iterator[Finding]:
    """Does mail from here reach real people?"""
    for said in report_mail_road(None):
        yield Finding(severity=Severity.NOTE, subject=SUBJECT, what=str(said.msg), mend=_road_change())


def find_simulated_accounts(at: datetime) -> Iterator[Finding]:
    """Does a simulated account swallow production's mail?"""
    swallowing = Provider.objects.filter(is_simulated=True, is_enabled=True, memberships__isnull=False).distinct()
    names = list(swallowing.values_list("name", flat=True)) if settings.IS_PRODUCTION else []
    if names:
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT, page=page("admin:notifications_provider_changelist"),
            what=f"Simulated accounts are in use in production: {listed(names)}. Mail that goes there reaches nobody.",
            mend="Take them out of the pools, or switch them off.",
        )  # fmt: skip


def find_check_faults(at: datetime | None) -> Iterator[Finding]:
    """What do the system checks say?"""
    for message in _run_checks():
        if message.level >= checks.WARNING and not message.is_silenced() and not str(message.id).startswith(_TOLD):
            is_error = message.level >= checks.ERROR
            yield Finding(
                severity=Severity.BROKEN if is_error else Severity.WARNING, subject=SUBJECT,
                what=f"{str(message.msg).strip()} ({message.id})", mend=" ".join(str(message.hint or "").split()),
            )  # fmt: skip


def _run_checks() -> Iterator[checks.CheckMessage]:
    """As Django does, but for the templates: compiling them all takes long, and their faults are told already."""
    slow: Any = check_templates
    for check in registry.get_checks(include_deployment_checks=settings.IS_PRODUCTION):
        if check is not slow:
            yield from check(app_configs=None, databases=None)


def _road_change() -> str:
    if settings.IS_PRODUCTION and not settings.POSTRIDER_ALLOWED_RECIPIENTS:
        return ""
    return "POSTRIDER_ALLOW_REAL_PROVIDERS and POSTRIDER_ALLOWED_RECIPIENTS decide; see docs/production.md."
