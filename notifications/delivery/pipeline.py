"""How does a due mail leave? claim -> render -> gate and `sending` -> provider -> outcome, a batch at a time.

No transaction is open during a provider call. Dying before the gate has committed leaves a mail provably unsent;
dying after it leaves it `unknown` until evidence settles it.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from config import clock
from config.ids import new_id
from config.queues import Stream, stop_requested
from config.vault import Unreadable
from notifications.catalog.channels import channel_of
from notifications.compose.render import LoadedVersion, NothingToCarry, RenderFault, load_version, render
from notifications.delivery import breakers, deadletters, limits, outbox, warmup
from notifications.delivery.departure import Departure, Ready, enter
from notifications.delivery.failpoints import fail_point
from notifications.delivery.flights import Flights
from notifications.delivery.handover import Flight
from notifications.delivery.mail import Member, is_refusable
from notifications.delivery.models import Outbox
from notifications.delivery.outbox import Claimed
from notifications.delivery.pace import members_a_call, rounds
from notifications.delivery.pool import SHARING, Place, Road, by_channel, choose_road, load_pool
from notifications.delivery.roads import are_full_for_today, open_places
from notifications.delivery.settling import drop_proven
from notifications.delivery.variables import Person, load_people, variables_for
from notifications.delivery.warmup_policy import order_by_engagement
from preferences.addresses import domain_of
from preferences.leave_mail import leave_mailbox
from tracking import lifecycle
from tracking.links import message_token
from tracking.models import Message

logger = logging.getLogger("postrider.delivery")

#: Mails claimed at once. Single streams go one call a mail, so few are taken and others find work too.
BATCH_ROWS: dict[str, int] = {
    Stream.CRITICAL: 16,
    Stream.TRANSACTIONAL: 32,
    Stream.NOTIFICATION: 500,
    Stream.MARKETING: 1000,
}
#: Calls that one transaction lets start.
TOGETHER = 8
CALLS_TAKEN_WAIT = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Claimed mails that go by one road, with the people they go to and where these are reached."""

    rows: Sequence[Claimed]
    road: Road
    people: Mapping[int, Person]
    addresses: Mapping[int, str]
    at: datetime


def worker_name() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def deliver_batch(stream: str, flights: Flights, *, is_of_suspects: bool = False) -> int:
    """Take one batch of due mails of a stream as far as it goes; return how many were claimed.

    The calls may still be under way when this returns; leaving `flights` waits for them. Suspects are mails that were
    in a crash or in a refused batch: who takes them must hold nothing else.
    """
    at = clock.now()
    fail_point("before_claim")
    pools = by_channel(open_places(load_pool(stream, at=at), stream=stream, at=at))
    return sum(
        _deliver_by(channel, pool, flights, stream=stream, is_of_suspects=is_of_suspects, at=at)
        for channel, pool in pools.items()
    )


def _deliver_by(
    channel: str, pool: Sequence[Place], flights: Flights, *, stream: str, is_of_suspects: bool, at: datetime
) -> int:
    """One batch of one channel; return how many were claimed."""
    road = choose_road(pool, stream=stream, wanted=BATCH_ROWS[stream], at=at)
    if road is None:
        return _wait_for_tomorrow(stream, channel, at=at) if are_full_for_today(pool) else 0
    limit, probes = BATCH_ROWS[stream] if road.is_warming else road.most, flights.probes
    if is_of_suspects:
        rows = outbox.claim_suspects(stream, limit=limit, at=at, owner=worker_name(), channel=channel)
    else:
        rows = outbox.claim(
            stream, limit=limit, at=at, owner=worker_name(), is_least_urgent_first=road.is_probe, channel=channel
        )
    limits.give_back(road.provider, road.most - len(rows), mails_a_call=road.mails_a_call)
    fail_point("after_claim")
    if rows:
        people = load_people(row.contact_id for row in rows)
        addresses = channel_of(channel).find_addresses(people.values())
        lot = _most_engaged(Lot(rows=rows, road=road, people=people, addresses=addresses, at=at))
        for part in _sort(lot, pool, stream=stream):
            _deliver(part, flights)
    if road.is_probe and flights.probes == probes:
        breakers.return_probe(road.provider, stream, at=at)
    return len(rows)


def _most_engaged(lot: Lot) -> Lot:
    """Of more mails than a young account may send: those to the people who read them; the others go back."""
    if len(lot.rows) <= lot.road.most:
        return lot
    place = {one.id: place for place, one in enumerate(order_by_engagement(lot.people.values()))}
    rows = sorted(lot.rows, key=lambda row: place.get(row.contact_id, len(place)))
    outbox.give_back(rows[lot.road.most :], due_at=lot.at)
    return _part(lot, rows[: lot.road.most], road=lot.road)


def _wait_for_tomorrow(stream: str, channel: str, *, at: datetime) -> int:
    """Put mail off for which no young account has room today."""
    rows = outbox.claim(stream, limit=BATCH_ROWS[stream], at=at, owner=worker_name(), channel=channel)
    if rows:
        outbox.defer(rows, reason=warmup.DEFERRED, at=at, due_at=warmup.next_day(at, rows[0].message_id))
    return len(rows)


def _sort(lot: Lot, pool: Sequence[Place], *, stream: str) -> Iterator[Lot]:
    """The mails that the road takes; then those that should rather go by another, where there is one."""
    shunned = {row.message_id for row in lot.rows if _shuns(row, lot)}
    if not shunned:
        yield lot
        return
    others = [row for row in lot.rows if row.message_id in shunned]
    rest = [place for place in pool if place is not lot.road.place]
    other = choose_road(rest, stream=stream, wanted=len(others), at=lot.at)
    yield _part(lot, (row for row in lot.rows if row.message_id not in shunned), road=lot.road)
    if other is None:
        yield _part(lot, _without_choice(others, lot), road=lot.road)
    else:
        moved = _part(lot, others[: other.most], road=other)
        yield _part(moved, _without_choice(moved.rows, moved), road=other)
        outbox.give_back(others[other.most :], due_at=lot.at)


def _shuns(row: Claimed, lot: Lot) -> bool:
    return row.avoid_provider_id == lot.road.provider.pk or _paused_until(row, lot) is not None


def _paused_until(row: Claimed, lot: Lot) -> datetime | None:
    pauses, person = lot.road.place.pauses, lot.people.get(row.contact_id)
    return pauses.get(domain_of(person.address)) if pauses and person else None


def _without_choice(rows: Iterable[Claimed], lot: Lot) -> Iterator[Claimed]:
    """The rows that may go by this road after all; those whose domain blocks it wait."""
    for row in rows:
        until = _paused_until(row, lot)
        if until is None:
            yield row
        else:
            outbox.defer([row], reason="blocklisted", at=lot.at, due_at=until)


def _part(lot: Lot, rows: Iterable[Claimed], *, road: Road) -> Lot:
    return replace(lot, rows=list(rows), road=road)


def _deliver(lot: Lot, flights: Flights) -> None:
    """Render and send a lot: calls as large as may be, or in a stream that does not share, single ones together."""
    if not lot.rows:
        return
    is_sharing = lot.rows[0].stream in SHARING
    groups = _groups(lot) if is_sharing else _alike(lot)
    waiting: list[Departure] = []
    for (version_id, is_tracked, *_), rows in groups:
        version = _load(version_id, rows, is_tracked=is_tracked, channel=lot.road.place.channel, at=lot.at)
        if version is None:
            continue
        for ready in _cut(_render_all(rows, version, lot), lot, is_sharing=is_sharing):
            waiting.append(Departure(ready=ready, version=version, is_tracked=is_tracked, call_id=new_id()))
            if is_sharing or len(waiting) >= min(TOGETHER, max(1, flights.free)):
                _depart(waiting, lot, flights)
                waiting = []
    _depart(waiting, lot, flights)


def _groups(lot: Lot) -> Iterator[tuple[tuple[UUID, bool, object], list[Claimed]]]:
    """Rows that may share a call: of the same version and headers."""
    grouped: dict[tuple[UUID, bool, object], list[Claimed]] = defaultdict(list)
    for row in lot.rows:
        rest = (row.type_key, row.topic_key, row.is_required, row.secrets is not None, row.batch_cap,
                bool(row.order_key), "" if row.type_key else row.source)  # fmt: skip
        grouped[row.template_version_id, _is_tracked(row, lot), rest].append(row)
    yield from grouped.items()


def _alike(lot: Lot) -> Iterator[tuple[tuple[UUID, bool, object], list[Claimed]]]:
    """Each row by itself."""
    for row in lot.rows:
        yield (row.template_version_id, _is_tracked(row, lot), None), [row]


def _is_tracked(row: Claimed, lot: Lot) -> bool:
    person = lot.people.get(row.contact_id)
    is_countable = row.is_tracked and row.stream != Stream.CRITICAL and channel_of(row.channel).is_mail
    return is_countable and person is not None and person.is_tracking_allowed


def _load(
    version_id: UUID, rows: list[Claimed], *, is_tracked: bool, channel: str, at: datetime
) -> LoadedVersion | None:
    try:
        return load_version(version_id, tracked=is_tracked, channel=channel)
    except ObjectDoesNotExist:
        _fail(rows, "no_template", at=at)
    except NothingToCarry:
        _fail(rows, "nothing_to_carry", at=at)
    return None


@transaction.atomic
def _fail(rows: Sequence[Claimed], reason: str, *, at: datetime) -> None:
    """To the dead letters with claimed mails that cannot be rendered: once mended, they can be replayed."""
    burials = [deadletters.Burial(message_id=row.message_id, fence=row.fence, cause=reason) for row in rows]
    ours = deadletters.bury(burials, state=Outbox.State.CLAIMED, at=at)
    if len(lifecycle.move(ours, Message.State.FAILED, at=at, reason=reason)) < len(ours):
        drop_proven(ours)


def _render_all(rows: list[Claimed], version: LoadedVersion, lot: Lot) -> list[Ready]:
    """Render each mail; those that cannot be rendered are failed with the reason, the others go on."""
    ready, faulty = [], defaultdict(list)
    for row in rows:
        person, address = lot.people.get(row.contact_id), lot.addresses.get(row.contact_id)
        if person is None or address is None:
            faulty["erased" if person is None else "no_address"].append(row)
            continue
        try:
            ready.append(Ready(row=row, member=_render(row, version, person, address)))
        except RenderFault as fault:
            faulty[fault.reason].append(row)
        except Unreadable:  # its secrets are sealed with a lost vault key: it must not hold up the others
            faulty["secrets_unreadable"].append(row)
    for reason in ("erased", "no_address"):
        if gone := faulty.pop(reason, []):
            outbox.end(gone, Message.State.SKIPPED, reason=reason, at=lot.at)
    for reason, failed in faulty.items():
        _fail(failed, reason, at=lot.at)
    fail_point("after_render")
    return ready


def _render(row: Claimed, version: LoadedVersion, person: Person, address: str) -> Member:
    variables, unsubscribe = variables_for(row, person)
    token = message_token(row.message_id)
    values = render(version, variables, token=token)
    refusable = channel_of(row.channel).is_mail and is_refusable(row.stream, is_required=row.is_required)
    return Member(
        message_id=row.message_id, address=address, name=person.name, values=values,
        unsubscribe_url=unsubscribe if refusable else "", token=token,
        leave_mailbox=leave_mailbox(unsubscribe) if refusable else "", thread=row.order_key,
    )  # fmt: skip


def _cut(ready: list[Ready], lot: Lot, *, is_sharing: bool) -> Iterator[list[Ready]]:
    """Cut rendered mails into calls no larger than the account takes, addresses unique in each."""
    if not ready:
        return
    limit = members_a_call(lot.road.provider) if is_sharing else 1
    step = min(limit, ready[0].row.batch_cap or limit)
    for one_each in rounds(ready):
        yield from (one_each[start : start + step] for start in range(0, len(one_each), step))


def _depart(departures: Sequence[Departure], lot: Lot, flights: Flights) -> None:
    """Let calls start that the account has places for; commit `sending` for them, and make them.

    In a worker that was asked to stop none starts any more: the mails go back.
    """
    if stop_requested.is_set():
        outbox.give_back([ready.row for one in departures for ready in one.ready], due_at=lot.at)
        return
    starting = [one for one in departures if limits.start_call(lot.road.provider, str(one.call_id))]
    late = [ready.row for one in departures if one not in starting for ready in one.ready]
    if late:
        outbox.give_back(late, due_at=lot.at + CALLS_TAKEN_WAIT)
    if not starting:
        return
    flights.await_room(lot.road.provider, calls=len(starting), mails=sum(len(one.ready) for one in starting))
    leased_at, left = time.monotonic(), {one.call_id for one in starting}
    try:
        entered = enter(starting, road=lot.road)
        left -= entered.parcels.keys()
    finally:
        for call_id in left:
            limits.end_call(lot.road.provider, str(call_id))
    fail_point("after_gate")
    for call_id, parcel in entered.parcels.items():
        going = {member.message_id for member in parcel.members}
        rows = {row.message_id: row for row in _rows_of(starting, call_id) if row.message_id in going}
        flights.launch(
            Flight(
                parcel=parcel, rows=rows, leased_at=leased_at, entered_at=entered.at,
                has_other=lot.road.has_other, is_probe=lot.road.is_probe,
            )
        )  # fmt: skip


def _rows_of(departures: Sequence[Departure], call_id: UUID) -> list[Claimed]:
    return [ready.row for one in departures if one.call_id == call_id for ready in one.ready]
