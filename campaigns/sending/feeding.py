"""How do frozen recipients become messages? In slices, in order, from the place where the run stands.

The place moves in the transaction that submits the slice, under the run's lock, and a message is unique by campaign and
contact: killed, repeated or run twice, nobody is passed over and nobody gets two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from campaigns.models import Campaign, CampaignRun
from campaigns.sending.phases import Phase, Ranks, phase_of
from campaigns.sending.states import RUNNING, S
from campaigns.sending.throttling import Allowance, allow, spend
from campaigns.variants.plan import pinned_versions, version_for
from notifications.compose.models import TemplateVersion
from notifications.delivery.models import Outbox
from notifications.delivery.outbox import Recipient, Submission, submit_to_many

#: Rows of one campaign that wait in the outbox at once, and those that are added at a time.
MOST_OPEN = 20_000
SLICE = 2000
#: So long before they are due people are fed.
AHEAD = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recipient as the feeder sees it; `address` is "" of somebody who was erased since."""

    contact_id: int
    address: str
    due_at: datetime
    rank: int
    version_id: UUID | None  # None: the one of the variant that was chosen
    locale: str


def count_open(campaign: Campaign) -> int:
    """Mails of it that wait or are on their way; those with an uncertain outcome may stay for days."""
    return Outbox.objects.filter(source=campaign.source).exclude(state=Outbox.State.UNKNOWN).count()


@transaction.atomic
def feed_slice(campaign_id: int, *, at: datetime) -> int:
    """Submit the next slice; return how many were fed: 0 where there is no room, nobody is due, or it must not."""
    run = CampaignRun.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=campaign_id).first()
    if run is None or run.is_all_fed:
        return 0
    campaign = Campaign.objects.select_related("topic").get(pk=campaign_id)
    if campaign.state not in RUNNING or phase_of(campaign, run) is Phase.WAITING:
        return 0
    allowance = allow(campaign.throttle_per_hour, run.credit_at, at=at) if campaign.throttle_per_hour else None
    number = _room(campaign, run, allowance)
    ranks = _ranks(campaign, run)
    rows = _next_rows(run, number, ranks, until=_until(campaign, run, at=at)) if number > 0 else []
    _submit(campaign, run, rows, at=at)
    _note(campaign, run, rows, allowance, at=at, is_end=number > 0 and not rows)
    return len(rows)


def _room(campaign: Campaign, run: CampaignRun, allowance: Allowance | None) -> int:
    bounds = [SLICE, MOST_OPEN - count_open(campaign)]
    if allowance is not None:
        bounds.append(allowance.number)
    if campaign.canary_size and not run.is_canary_passed:
        bounds.append(campaign.canary_size - run.fed)
    return min(bounds)


def _ranks(campaign: Campaign, run: CampaignRun) -> Ranks:
    """Whose turn it is. While the rest is being frozen only those go who come before everybody to come."""
    ranks = phase_of(campaign, run).value
    return ranks if campaign.state == S.SENDING else Ranks(ranks.lowest, 0)


def _until(campaign: Campaign, run: CampaignRun, *, at: datetime) -> datetime:
    return at + AHEAD if campaign.state == S.SENDING else run.began_at


# The partial index gives the order.
_NEXT = (
    "SELECT r.contact_id, coalesce(c.address, ''), r.due_at, r.rank, r.version_id, c.locale"
    " FROM campaigns_campaignrecipient r"
    " JOIN preferences_contact c ON c.id = r.contact_id"
    " WHERE r.campaign_id = %(campaign)s AND r.skip_reason = '' AND NOT r.is_held_out"
    " AND (r.due_at, r.rank, r.contact_id)"
    " > (coalesce(%(due)s::timestamptz, '-infinity'), %(rank)s::smallint, %(contact)s::bigint)"
    " AND r.due_at <= %(until)s AND r.rank BETWEEN %(lowest)s AND %(highest)s"
    " ORDER BY r.due_at, r.rank, r.contact_id LIMIT %(limit)s"
)


def _next_rows(run: CampaignRun, number: int, ranks: Ranks, *, until: datetime) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT,
            {
                "campaign": run.pk, "due": run.fed_due_at, "rank": run.fed_rank, "contact": run.fed_contact,
                "until": until, "lowest": ranks.lowest, "highest": ranks.highest, "limit": number,
            },
        )  # fmt: skip
        return [Row(contact_id=one[0], address=one[1], due_at=one[2], rank=one[3], version_id=one[4], locale=one[5])
                for one in cursor.fetchall()]  # fmt: skip


def _submit(campaign: Campaign, run: CampaignRun, rows: Sequence[Row], *, at: datetime) -> None:
    groups: dict[tuple[UUID, datetime], list[Recipient]] = defaultdict(list)
    chosen = pinned_versions(campaign).get(run.chosen_variant, {})
    for row in rows:
        version_id = row.version_id or version_for(chosen, row.locale)
        groups[version_id, max(row.due_at, at)].append(Recipient(contact_id=row.contact_id, address=row.address))
    if not groups:
        return
    ids = {version for version, _due in groups}
    refs = {one.pk: one.ref for one in TemplateVersion.objects.select_related("template").filter(pk__in=ids)}
    mailing = _mailing(campaign, at=at)
    for (version, due_at), people in groups.items():
        given = replace(mailing, template_version_id=version, template_ref=refs[version], due_at=due_at)
        submit_to_many(given, people)


def _mailing(campaign: Campaign, *, at: datetime) -> Submission:
    topic = campaign.topic
    assert topic is not None
    return Submission(
        contact_id=0, address="", source=campaign.source, stream=campaign.stream, topic_key=topic.key,
        is_topic_default_on=topic.is_default_on, template_version_id=UUID(int=0), template_ref="", due_at=at,
        beyond_cap="drop",
    )  # fmt: skip


def _note(
    campaign: Campaign,
    run: CampaignRun,
    rows: Sequence[Row],
    allowance: Allowance | None,
    *,
    at: datetime,
    is_end: bool,
) -> None:
    """Move the place behind the last row."""
    if rows:
        last = rows[-1]
        run.fed_due_at, run.fed_rank, run.fed_contact = last.due_at, last.rank, last.contact_id
        run.fed += len(rows)
        if allowance is not None and campaign.throttle_per_hour:
            run.credit_at = spend(allowance, campaign.throttle_per_hour, len(rows))
    elif is_end and campaign.state == S.SENDING:
        phase = phase_of(campaign, run)
        run.next_due_at = _next_due(run, phase.value)
        if run.next_due_at is None and phase is Phase.TEST:
            run.test_fed_at = at
        else:
            run.is_all_fed = run.next_due_at is None
    else:
        return
    run.save(update_fields=[
        "fed_due_at", "fed_rank", "fed_contact", "fed", "credit_at", "next_due_at", "is_all_fed", "test_fed_at",
    ])  # fmt: skip


def _next_due(run: CampaignRun, ranks: Ranks) -> datetime | None:
    """When the next of those who are left is due; None: nobody is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.due_at FROM campaigns_campaignrecipient r WHERE r.campaign_id = %s AND r.skip_reason = ''"
            " AND NOT r.is_held_out AND (r.due_at, r.rank, r.contact_id)"
            " > (coalesce(%s::timestamptz, '-infinity'), %s::smallint, %s::bigint) AND r.rank BETWEEN %s AND %s"
            " ORDER BY r.due_at, r.rank, r.contact_id LIMIT 1",
            [run.pk, run.fed_due_at, run.fed_rank, run.fed_contact, ranks.lowest, ranks.highest],
        )
        row = cursor.fetchone()
    return row[0] if row else None
