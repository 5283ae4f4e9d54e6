"""Will mailbox providers take mail from our domains?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from config.doctor.findings import Finding, Severity, listed, page
from config.queues import Stream
from notifications.delivery.domains.in_use import Use, read_uses
from notifications.delivery.models import SenderDomain, WarmupPlan
from notifications.delivery.warmup_policy import REASONS

SUBJECT = "Senders"


def find_unfit_domains(at: datetime) -> Iterator[Finding]:
    """Which From domains of real accounts lack records, or were never checked? Unfit ones may not send marketing."""
    verdicts = dict(SenderDomain.objects.values_list("domain", "verdict"))
    for domain, use in sorted(read_uses().items()):
        verdict = verdicts.get(domain, SenderDomain.Verdict.UNCHECKED)
        if use.accounts and verdict != SenderDomain.Verdict.FIT:
            yield _unfit(domain, use, is_unfit=verdict == SenderDomain.Verdict.UNFIT)


def find_example_sender(at: datetime) -> Iterator[Finding]:
    """Is production's mail still from the example address?"""
    examples = sorted(domain for domain in read_uses() if domain.endswith(".example"))
    if settings.IS_PRODUCTION and examples:
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT,
            what=f"Mail is from an example address ({listed(examples)}), which no mailbox takes.",
            mend="Set POSTRIDER_FROM, or the stream's sender in the console, to an address of a domain of yours.",
        )  # fmt: skip


def find_held_warmups(at: datetime) -> Iterator[Finding]:
    """Which young account's ceiling does not grow, because its mail did harm?"""
    held = WarmupPlan.objects.filter(is_active=True).exclude(held_reason="").select_related("provider")
    for plan in held.order_by("provider__name", "from_domain"):
        reason = REASONS.get(plan.held_reason, plan.held_reason.replace("_", " "))
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"The warm-up of {plan.provider.name} for {plan.from_domain} is held: {reason.rstrip('.').lower()}.",
            mend="Write to fewer and more engaged people until the rates are down; it goes on by itself.",
            page=page("admin:notifications_provider_change", plan.provider_id),
        )  # fmt: skip


def _unfit(domain: str, use: Use, *, is_unfit: bool) -> Finding:
    is_held = Stream.MARKETING in use.streams
    found = "lacks records that mailbox providers ask for" if is_unfit else "was never checked"
    so = "its marketing mail is held" if is_held else "its mail may land in spam folders"
    return Finding(
        severity=Severity.BROKEN if is_held else Severity.WARNING, subject=SUBJECT,
        what=f"The domain {domain} {found}: {so}.",
        mend="Open Sending domains, add the DNS records that it lists, and check again.",
        page=page("notifications:domain", domain) or page("notifications:domains"),
    )  # fmt: skip
