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
from campaigns.sending.states import RUNNING, S
from campaigns.sending.throttling import Allowance, allow, spend
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
    version_id: UUID


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
    if campaign.state not in RUNNING:
        return 0
    allowance = allow(campaign.throttle_per_hour, run.credit_at, at=at) if campaign.throttle_per_hour else None
    number = _room(campaign, run, allowance)
    rows = _next_rows(run, number, at=at, has_all=campaign.state == S.SENDING) if number > 0 else []
    _submit(campaign, rows, at=at)
    _note(campaign, run, rows, allowance, at=at, is_end=number > 0 and not rows)
    return len(rows)


def _room(campaign: Campaign, run: CampaignRun, allowance: Allowance | None) -> int:
    bounds = [SLICE, MOST_OPEN - count_open(campaign)]
    if allowance is not None:
        bounds.append(allowance.number)
    if campaign.canary_size and not run.is_canary_passed:
        bounds.append(campaign.canary_size - run.fed)
    return min(bounds)


# The partial index gives the order. While the rest is being frozen only those go who come before everybody to come.
_NEXT = (
    "SELECT r.contact_id, coalesce(c.address, ''), r.due_at, r.rank, r.version_id FROM campaigns_campaignrecipient r"
    " JOIN preferences_contact c ON c.id = r.contact_id"
    " WHERE r.campaign_id = %(campaign)s AND r.skip_reason = '' AND NOT r.is_held_out"
    " AND (r.due_at, r.rank, r.contact_id)"
    " > (coalesce(%(due)s::timestamptz, '-infinity'), %(rank)s::smallint, %(contact)s::bigint)"
    " AND r.due_at <= %(until)s AND r.rank <= %(most_rank)s ORDER BY r.due_at, r.rank, r.contact_id LIMIT %(limit)s"
)


def _next_rows(run: CampaignRun, number: int, *, at: datetime, has_all: bool) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEXT,
            {
                "campaign": run.pk, "due": run.fed_due_at, "rank": run.fed_rank, "contact": run.fed_contact,
                "until": at + AHEAD if has_all else run.began_at, "most_rank": 32_767 if has_all else 0,
                "limit": number,
            },
        )  # fmt: skip
        return [Row(contact_id=one[0], address=one[1], due_at=one[2], rank=one[3], version_id=one[4])
                for one in cursor.fetchall()]  # fmt: skip


def _submit(campaign: Campaign, rows: Sequence[Row], *, at: datetime) -> None:
    groups: dict[tuple[UUID, datetime], list[Recipient]] = defaultdict(list)
    for row in rows:
        groups[row.version_id, max(row.due_at, at)].append(Recipient(contact_id=row.contact_id, address=row.address))
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
        run.next_due_at = _next_due(run)
        run.is_all_fed = run.next_due_at is None
    else:
        return
    run.save(update_fields=[
        "fed_due_at", "fed_rank", "fed_contact", "fed", "credit_at", "next_due_at", "is_all_fed",
    ])  # fmt: skip


def _next_due(run: CampaignRun) -> datetime | None:
    """When the next of those who are left is due; None: nobody is left."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.due_at FROM campaigns_campaignrecipient r WHERE r.campaign_id = %s AND r.skip_reason = ''"
            " AND NOT r.is_held_out AND (r.due_at, r.rank, r.contact_id)"
            " > (coalesce(%s::timestamptz, '-infinity'), %s::smallint, %s::bigint)"
            " ORDER BY r.due_at, r.rank, r.contact_id LIMIT 1",
            [run.pk, run.fed_due_at, run.fed_rank, run.fed_contact],
        )
        row = cursor.fetchone()
    return row[0] if row else None
