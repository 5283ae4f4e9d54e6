"""Is a campaign fit to be sent? Everything that would go wrong, before a second person is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from pydantic import BaseModel

from campaigns.audience.estimating import read_estimate
from campaigns.audience.parts import BadAudience, read_audience, select_parts
from campaigns.models import Campaign, Segment
from campaigns.planning.contents import contents_of
from campaigns.planning.timing import find_fault, late_zones_note
from campaigns.planning.variant_checks import check_variants
from campaigns.variants.plan import Variant, template_of, variants_of
from config.queues import Stream
from notifications.compose.models import Template
from notifications.compose.preflight.findings import Finding, Severity, worst_first
from notifications.compose.preflight.inspection import Kind
from notifications.compose.preflight.running import CONTENT, run
from notifications.delivery.domains.permission import REASONS, may_send_marketing
from notifications.delivery.models import PoolMember
from notifications.delivery.senders import identity_of
from notifications.pauses import paused_streams
from notifications.preflight import inspect_version
from notifications.preflight_readers import contact_readers, telling_contacts

Check = Callable[[Campaign, datetime], Iterator[Finding]]


class NoPayload(BaseModel):
    """A campaign is caused by no event, so its template gets no payload."""


def check(campaign: Campaign, *, at: datetime) -> list[Finding]:
    """All findings, the worst first."""
    return worst_first(one for look in _CHECKS for one in look(campaign, at))


def find_stops(campaign: Campaign, *, at: datetime) -> list[Finding]:
    """What must be mended before anybody may approve it."""
    return [one for one in check(campaign, at=at) if one.severity == Severity.STOP]


def _stop(code: str, sentence: str, mend: str = "") -> Finding:
    return Finding(code=code, severity=Severity.STOP, sentence=sentence, mend=mend)


def _check_parts(campaign: Campaign, at: datetime) -> Iterator[Finding]:
    if campaign.topic is None:
        yield _stop("no_topic", "No topic is chosen.", "People subscribe to topics: choose what this mail is about.")
    audience = read_audience(campaign.audience)
    try:
        select_parts(audience, at=at)
    except BadAudience as fault:
        yield _stop("audience", str(fault))
    used = (*audience.segments, *audience.without_segments)
    for segment in Segment.objects.filter(pk__in=used, archived_at__isnull=False):
        yield Finding(
            code="segment_archived", severity=Severity.WARN,
            sentence=f"The segment “{segment.name}” was put away.", mend="It still selects people.",
        )  # fmt: skip
    if campaign.estimate and not read_estimate(campaign.estimate).gets:
        yield _stop("nobody", "Nobody would get it.", "Look at the audience: each step says whom it takes away.")


def _check_schedule(campaign: Campaign, at: datetime) -> Iterator[Finding]:
    if campaign.state == Campaign.State.MISSED:
        return  # its page asks what to do
    if fault := find_fault(campaign, at=at):
        yield _stop("schedule", fault)
    elif note := late_zones_note(campaign, at=at):
        yield Finding(code="late_zones", severity=Severity.WARN, sentence=note)


def _check_sending(campaign: Campaign, at: datetime) -> Iterator[Finding]:
    members = PoolMember.objects.filter(stream=campaign.stream, provider__is_enabled=True)
    if not members.exists():
        yield _stop("no_provider", "No account sends marketing mail.", "Add or switch on one under Accounts.")
    domain = identity_of(campaign.stream).domain
    if members.filter(Q(provider__is_simulated=False)).exists():
        decision = may_send_marketing(domain, is_simulated=False)
        if not decision.allowed:
            yield _stop(
                "domain", f"{domain}: {REASONS.get(decision.reason, decision.reason)}.", "Open Sending domains."
            )
    if (hold := paused_streams().get(campaign.stream)) is not None:
        yield Finding(
            code="stream_paused", severity=Severity.WARN,
            sentence=f"All marketing mail is paused ({hold.reason or 'no reason given'}): nothing leaves.",
        )  # fmt: skip


def _check_content(campaign: Campaign, at: datetime) -> Iterator[Finding]:
    """Each variant's mail. What is true of all is said once, and else of which."""
    if campaign.template is None:
        yield _stop("no_template", "No template is chosen.", "Choose a published one under Content.")
        return
    variants = variants_of(campaign)
    found: dict[tuple[str, str], list[tuple[str, Finding]]] = {}
    for variant in variants:
        for finding in _check_variant(campaign, variant):
            found.setdefault((finding.code, finding.sentence), []).append((variant.name, finding))
    for same in found.values():
        names, finding = list(dict.fromkeys(name for name, _one in same)), same[0][1]
        of_some = "" if len(names) == len(variants) else f"Variant {', '.join(names)}: "
        yield replace(finding, sentence=of_some + finding.sentence)


def _check_variant(campaign: Campaign, variant: Variant) -> Iterator[Finding]:
    template = Template.objects.filter(pk=template_of(campaign, variant) or 0).first()
    if template is None:
        yield _stop("template_gone", "Its template was deleted.", "Choose another one.")
        return
    contents = contents_of(campaign, variant.key)
    if not any(one.locale == "" for one in contents):
        yield _stop(
            "not_published", f"The template “{template.name}” is not published any more, or never was.",
            "Publish it, or choose another.",
        )  # fmt: skip
        return
    kind = Kind(key="this campaign", stream=Stream.MARKETING, payload=NoPayload)
    readers = contact_readers(template.key, telling_contacts())
    bare = [replace(one, variables={**one.variables, "payload": {}}) for one in readers]
    for content in contents:
        inspection = inspect_version(content.version, bare)
        yield from run(CONTENT, replace(inspection, facts=replace(inspection.facts, kinds=(kind,))))


_CHECKS: tuple[Check, ...] = (_check_parts, _check_schedule, _check_sending, check_variants, _check_content)
