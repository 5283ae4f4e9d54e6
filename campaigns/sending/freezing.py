"""Who exactly is this campaign for? Written down once, in slices of contact ids, each in one transaction.

Killed at any moment it goes on from the last slice; two that freeze at once wait for each other, never twice.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from campaigns.audience.judging import HIGHEST_ID, HOLDOUT, Question, Span, Statement, count_named, judge
from campaigns.audience.parts import BadAudience, read_audience, select_parts
from campaigns.audit import CLOCK
from campaigns.experiments.assignment import VARIANT, variant_parameters
from campaigns.models import Campaign, CampaignRun
from campaigns.segments.running import TooSlow, limited
from campaigns.sending.phases import REST_RANK
from campaigns.sending.slots import local_time_of, slot_of
from campaigns.sending.states import S, move
from campaigns.variants.plan import has_rest, is_test, pinned_versions, shares_of, version_for
from preferences.models import Contact
from preferences.quiet_hours import load_rules
from preferences.time_zones import zone_of

#: Contacts looked at in one transaction.
SLICE = 100_000
#: What a slice may take at most. A rule that needs longer would hold the database for everybody.
SLICE_SECONDS = 300
#: So many of the most engaged are frozen first, and may leave while the rest is frozen.
HEAD = 2000


@transaction.atomic
def open_run(campaign: Campaign, *, at: datetime) -> CampaignRun:
    """The place where freezing and feeding note how far they are; an existing one is left as it is."""
    last = Contact.objects.aggregate(last=Max("pk"))["last"] or 0
    run, _made = CampaignRun.objects.get_or_create(
        campaign=campaign, defaults={"began_at": at, "last_contact": last, "credit_at": None}
    )
    return run


@transaction.atomic
def freeze_slice(campaign_id: int, *, at: datetime) -> bool:
    """Freeze the next slice; return whether there may be more to do. Raises BadAudience.

    The run's row is not locked while it writes: feeders take that lock, and the first people leave meanwhile.
    """
    if not _is_ours(campaign_id):
        return False  # another process is at it
    run = CampaignRun.objects.get(pk=campaign_id)
    campaign = Campaign.objects.select_related("topic").get(pk=campaign_id)
    if campaign.state != S.FREEZING or run.frozen_at is not None:
        return False
    if not run.is_head_frozen:
        _freeze_head(campaign, run)
        return True
    if run.frozen_through < run.last_contact:
        _freeze_next(campaign, run)
        return True
    _end(campaign, run, at=at)
    return False


def _is_ours(campaign_id: int) -> bool:
    """Take the lock on freezing this campaign, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [zlib.crc32(f"freeze:{campaign_id}".encode())])
        row = cursor.fetchone()
    return bool(row and row[0])


def _freeze_head(campaign: Campaign, run: CampaignRun) -> None:
    """The most engaged, unless each person's own day decides who goes first."""
    question = _question(campaign, run)
    if campaign.schedule != Campaign.Schedule.LOCAL:
        span = Span(through=run.last_contact)
        _write(
            campaign, run, Question(parts=question.parts, topic=question.topic, at=run.began_at, span=span, most=HEAD)
        )
    run.is_head_frozen = True
    run.save(update_fields=["is_head_frozen", "counts"])


def _freeze_next(campaign: Campaign, run: CampaignRun) -> None:
    span = Span(after=run.frozen_through, through=_end_of_slice(run))
    _write(campaign, run, _question(campaign, run, span))
    run.frozen_through = span.through
    run.save(update_fields=["frozen_through", "counts"])


def _end_of_slice(run: CampaignRun) -> int:
    """Ids have gaps: a slice is so many contacts, not so many numbers."""
    ids = Contact.objects.filter(pk__gt=run.frozen_through, pk__lte=run.last_contact).order_by("pk")
    ends = list(ids.values_list("pk", flat=True)[SLICE - 1 : SLICE])
    return ends[0] if ends else run.last_contact


def _end(campaign: Campaign, run: CampaignRun, *, at: datetime) -> None:
    named = count_named(_question(campaign, run))
    with connection.cursor() as cursor:
        cursor.execute(named.sql, named.parameters)
        number = cursor.fetchone()[0]
    run.frozen_at, run.named_twice = at, max(0, number - run.selected)
    run.save(update_fields=["frozen_at", "named_twice"])
    move(campaign.pk, S.SENDING, at=at, by=CLOCK, action="froze", sources=[S.FREEZING],
         reason=f"{run.selected:,} selected, {run.to_get:,} get it")  # fmt: skip


def _question(campaign: Campaign, run: CampaignRun, span: Span | None = None) -> Question:
    assert campaign.topic is not None  # nothing is approved without one
    parts = select_parts(read_audience(campaign.audience), at=run.began_at)
    return Question(
        parts=parts, topic=campaign.topic, at=run.began_at, span=span or Span(through=run.last_contact or HIGHEST_ID)
    )


_INSERT = (
    "WITH written AS (INSERT INTO campaigns_campaignrecipient"
    " (campaign_id, contact_id, skip_reason, is_held_out, variant, due_at, rank, version_id)"
    " SELECT %s, j.id, j.reason, j.reason = '' AND {holdout}, j.variant, s.due_at, {rank}, s.version_id"
    " FROM (SELECT j.*, {variant} AS variant FROM ({judged}) j) j"
    " JOIN unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::uuid[])"
    " AS s(time_zone, locale, variant, due_at, version_id)"
    " ON s.time_zone = j.time_zone AND s.locale = j.locale AND s.variant = j.variant"
    " ON CONFLICT DO NOTHING RETURNING skip_reason, is_held_out)"
    " SELECT CASE WHEN is_held_out THEN 'holdout' ELSE skip_reason END, count(*) FROM written GROUP BY 1"
)
_RANK = "1 + floor((100 - j.score) * 100)::smallint"
_AFTER_THE_TEST = f" + CASE WHEN j.variant = '' THEN {REST_RANK} ELSE 0 END"


def _write(campaign: Campaign, run: CampaignRun, question: Question) -> None:
    judged = judge(question)
    rank = "0" if question.most is not None else _RANK if campaign.is_engaged_first else "1"
    rank += _AFTER_THE_TEST if has_rest(campaign) else ""
    slots = _slots(campaign, run, question.span)
    try:
        counts = _insert(campaign, judged, slots, rank=rank)
    except TooSlow as error:
        raise BadAudience(str(error)) from error
    run.counts = {key: run.counts.get(key, 0) + counts.get(key, 0) for key in {**run.counts, **counts}}


def _insert(campaign: Campaign, judged: Statement, slots: list[Slot], *, rank: str) -> dict[str, int]:
    """Write these people down; how many of each reason. Raises TooSlow."""
    variant = _variant(campaign)
    with limited(SLICE_SECONDS) as cursor:
        cursor.execute(
            _INSERT.format(holdout=HOLDOUT, rank=rank, judged=judged.sql, variant=variant.sql),
            [
                campaign.pk, str(campaign.pk), campaign.holdout_percent * 100, *variant.parameters, *judged.parameters,
                [one.time_zone for one in slots], [one.locale for one in slots], [one.variant for one in slots],
                [one.due_at for one in slots], [one.version_id for one in slots],
            ],
        )  # fmt: skip
        return dict(cursor.fetchall())


def _variant(campaign: Campaign) -> Statement:
    """The letter of somebody who takes part in the test; "" of anybody else."""
    if not is_test(campaign):
        return Statement(sql="''::text", parameters=())
    return Statement(sql=VARIANT, parameters=variant_parameters(campaign.source, shares=shares_of(campaign)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """When people of a time zone are due, and which version those of a language get; None: it depends on a test."""

    time_zone: str
    locale: str
    variant: str
    due_at: datetime
    version_id: UUID | None


def _slots(campaign: Campaign, run: CampaignRun, span: Span) -> list[Slot]:
    """One for each zone and language that occurs and each variant."""
    local = local_time_of(campaign)
    quiet = [rule for rule in load_rules() if campaign.stream in rule.streams]

    @cache
    def due_in(zone: str) -> datetime:
        return slot_of(zone_of(zone), began_at=run.began_at, local=local, quiet=quiet)

    people = Contact.objects.filter(pk__gt=span.after, pk__lte=span.through).order_by()
    readers = {variant: _versions(pinned) for variant, pinned in _pinned(campaign).items()}
    return [
        Slot(
            time_zone=zone, locale=locale, variant=variant, due_at=due_in(zone),
            version_id=version_for(locale) if version_for else None,
        )
        for zone, locale in people.values_list("time_zone", "locale").distinct()
        for variant, version_for in readers.items()
    ]  # fmt: skip


def _pinned(campaign: Campaign) -> dict[str, Mapping[str, str]]:
    """The versions of each variant; "" are those who take part in no test, and the versions that are not known yet."""
    if not is_test(campaign):
        return {"": campaign.versions}
    return {**pinned_versions(campaign), **({"": {}} if has_rest(campaign) else {})}


def _versions(pinned: Mapping[str, str]) -> Callable[[str], UUID] | None:
    return cache(lambda locale: version_for(pinned, locale)) if pinned else None
