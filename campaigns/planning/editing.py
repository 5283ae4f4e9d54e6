"""How is a campaign written? With a revision, so that two who edit do not overwrite each other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.audience.parts import name_parts, read_audience
from campaigns.audit import Actor, record
from campaigns.models import Campaign
from campaigns.planning.contents import pin
from campaigns.sending.states import EDITABLE, Refused, S, move
from campaigns.variants.plan import LETTERS, is_test, variants_of

#: What people write; everything else follows from acts.
FIELDS = (
    "name", "topic_id", "template_id", "audience", "holdout_percent", "schedule", "starts_at", "local_date",
    "local_time", "late_zones", "cron", "throttle_per_hour", "canary_size", "canary_minutes", "is_engaged_first",
    "variants", "test_percent", "test_metric", "test_hours", "test_ending",
)  # fmt: skip
_APPROVED = frozenset({S.SCHEDULED, S.REPEATING, S.MISSED})


class Stale(Exception):
    """Somebody else saved it meanwhile."""


@transaction.atomic
def create(name: str, *, by: Actor, **fields: Any) -> Campaign:
    """A new draft."""
    campaign = Campaign.objects.create(name=name[:120], created_by_id=by.id, **fields)
    record(by, "created", subject=campaign.source, subject_name=campaign.name)
    return campaign


@transaction.atomic
def copy(campaign: Campaign, *, by: Actor) -> Campaign:
    """A draft with the same contents."""
    kept = {name: getattr(campaign, name) for name in FIELDS if name not in {"name", "starts_at", "local_date"}}
    made = create(f"{campaign.name[:110]} (copy)", by=by, **kept)
    record(by, "copied", subject=made.source, subject_name=made.name, note=campaign.source)
    return made


@transaction.atomic
def save(campaign_id: int, changes: Mapping[str, Any], *, revision: int, by: Actor, at: datetime) -> Campaign:
    """Write fields. An edit of an approved campaign sends it back to review. Raises Stale, Refused."""
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state not in EDITABLE:
        raise Refused(f"This campaign is {campaign.get_state_display().lower()} by now: it cannot be edited any more.")
    if campaign.revision != revision:
        raise Stale("Somebody else saved this campaign meanwhile. Your version was not saved: look at theirs first.")
    before = snapshot(campaign)
    for name in FIELDS:
        if name in changes:
            setattr(campaign, name, changes[name])
    after = snapshot(campaign)
    if before == after:
        return campaign
    campaign.revision, campaign.updated_at = revision + 1, at
    campaign.estimate, campaign.estimated_at = {}, None
    campaign.save(update_fields=[*(one.removesuffix("_id") for one in FIELDS), "revision", "updated_at", "estimate",
                                 "estimated_at"])  # fmt: skip
    record(by, "edited", subject=campaign.source, subject_name=campaign.name, before=before, after=after)
    _send_back(campaign, by=by, at=at)
    campaign.refresh_from_db()
    return campaign


def _send_back(campaign: Campaign, *, by: Actor, at: datetime) -> None:
    """Whoever edited it last asks for the approval: somebody else must give it."""
    if campaign.state in _APPROVED:
        move(campaign.pk, S.IN_REVIEW, at=at, by=by, action="sent back to review", reason="edited after its approval",
             asked_by=by.id, approved_by=None, approved_at=None, versions={}, variant_versions={})  # fmt: skip
    elif campaign.state == S.IN_REVIEW:
        Campaign.objects.filter(pk=campaign.pk).update(asked_by=by.id)


def snapshot(campaign: Campaign) -> dict[str, Any]:
    """What was written, for reading: the two sides of an entry of the audit log."""
    meant, without = name_parts(read_audience(campaign.audience))
    return {
        "name": campaign.name, "topic": campaign.topic.name if campaign.topic else "",
        "template": campaign.template.key if campaign.template else "", "audience": meant, "without": without,
        "holdout %": campaign.holdout_percent, "schedule": campaign.get_schedule_display(),
        "starts": _written(campaign.starts_at), "day": _written(campaign.local_date),
        "time": _written(campaign.local_time), "late zones": campaign.get_late_zones_display(),
        "repeats": campaign.cron, "most an hour": campaign.throttle_per_hour, "trial": campaign.canary_size,
        "trial minutes": campaign.canary_minutes, "engaged first": campaign.is_engaged_first,
        **_written_variants(campaign),
    }  # fmt: skip


def _written_variants(campaign: Campaign) -> dict[str, Any]:
    """What is tested, as the audit log shows it."""
    told: dict[str, Any] = {}
    for one in variants_of(campaign):
        own = [f"{locale or 'subject'}: {subject}" for locale, subject in sorted(one.subjects.items())]
        own += [f"template {one.template_id}"] if one.template_id else []
        if own or one.key != LETTERS[0]:
            told[f"variant {one.name}"] = "; ".join(own)
    if is_test(campaign):
        told |= {
            "test %": campaign.test_percent, "test by": campaign.get_test_metric_display(),
            "test hours": campaign.test_hours, "then": campaign.get_test_ending_display(),
        }  # fmt: skip
    return told


def _written(value: Any) -> str:
    return value.isoformat() if value is not None else ""


__all__ = ["FIELDS", "Stale", "copy", "create", "pin", "save", "snapshot"]
