"""Which of these rendered mails may really go? One transaction: the gate, the `sending` phase and the stored calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from config import clock
from notifications.catalog.channels import channel_of
from notifications.compose.render import LoadedVersion
from notifications.delivery import gate, outbox, warmup
from notifications.delivery.failpoints import fail_point
from notifications.delivery.mail import Member, Parcel, shared_headers, store_call
from notifications.delivery.models import Call, Provider
from notifications.delivery.outbox import Claimed
from notifications.delivery.pool import Road
from notifications.delivery.providers import kind_of
from notifications.delivery.sandbox import may_reach
from notifications.delivery.senders import identity_of
from preferences import caps
from tracking.models import Message


class Ready(NamedTuple):
    """A claimed mail, rendered."""

    row: Claimed
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Mails that want to leave in one call."""

    call_id: UUID
    ready: Sequence[Ready]
    version: LoadedVersion
    is_tracked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The calls whose mails are `sending` now, by call id, and the database's time of it."""

    at: datetime
    parcels: dict[UUID, Parcel] = field(default_factory=dict)


@transaction.atomic
def enter(departures: Sequence[Departure], *, road: Road) -> Entered:
    """Pass the gate, commit `sending` and store the calls; mails that may not go are settled already."""
    at = clock.now()
    ready = [one for departure in departures for one in departure.ready]
    passage = gate.pass_gate([one.row for one in ready], at=at)
    fit = _fit_to_go(ready, passage, provider=road.provider, at=at)
    may_go = gate.keep_to_caps([one.row for one in fit], passage.facts, at=at)
    fit = _under_the_ceiling([one for one in fit if one.row.message_id in may_go], road, at=at)
    calls = {one.row.message_id: departure.call_id for departure in departures for one in departure.ready}
    entered = gate.enter_sending([(one.row, calls[one.row.message_id]) for one in fit], until=at + outbox.lease_time())
    if late := [one.row for one in fit if one.row.message_id not in entered]:
        outbox.end(late, Message.State.CANCELLED, reason="cancelled", at=at)
    if unused := may_go - entered:
        caps.give_back(unused)
    fail_point("in_gate")
    result = Entered(at=at)
    for departure in departures:
        if going := [one for one in departure.ready if one.row.message_id in entered]:
            result.parcels[departure.call_id] = _parcel(departure, going, road)
    Call.objects.bulk_create(
        _call(departure, result.parcels[departure.call_id])
        for departure in departures
        if departure.call_id in result.parcels
    )
    return result


def _fit_to_go(ready: Sequence[Ready], passage: gate.Passage, *, provider: Provider, at: datetime) -> list[Ready]:
    """Of those that passed: the ones whose address still is what was rendered and may be reached from here."""
    passed = {row.message_id for row in passage.passed}
    channel = channel_of(ready[0].row.channel) if ready else None
    people = {row.contact_id: passage.facts[row.contact_id] for row in passage.passed}
    addresses = channel.find_addresses(people.values()) if channel else {}
    going, moved, fenced = [], [], []
    for one in ready:
        if one.row.message_id not in passed:
            continue
        if addresses.get(one.row.contact_id) != one.member.address:
            moved.append(one.row)
        elif not may_reach(provider, one.member.address):
            fenced.append(one.row)
        else:
            going.append(one)
    if moved:
        outbox.give_back(moved, due_at=at)
    if fenced:
        outbox.end(fenced, Message.State.SKIPPED, reason="sandbox", at=at)
    return going


def _under_the_ceiling(ready: list[Ready], road: Road, *, at: datetime) -> list[Ready]:
    """Those that a young account may still send today; the others go by another account, or tomorrow."""
    if not road.is_warming or not ready:
        return ready
    domain = identity_of(ready[0].row.stream).domain
    may_go = warmup.reserve(road.provider.pk, domain, wanted=len(ready), at=at)
    if over := [one.row for one in ready[may_go:]]:
        outbox.give_back(over, due_at=at)  # the account has no room any more, so the next claim goes elsewhere
    return ready[:may_go]


def _parcel(departure: Departure, going: Sequence[Ready], road: Road) -> Parcel:
    first = going[0].row
    return Parcel(
        call_id=departure.call_id, provider=road.provider, version=departure.version,
        sender=kind_of(road.provider).sender_for(road.provider, first.stream), channel=first.channel,
        headers=_headers(first) if channel_of(first.channel).is_mail else {},
        members=tuple(one.member for one in going), ip_pool=road.place.member.ip_pool, tag=road.place.member.tag,
    )  # fmt: skip


def _headers(row: Claimed) -> dict[str, str]:
    return shared_headers(
        stream=row.stream, type_key=row.type_key, source=row.source, topic_key=row.topic_key,
        is_required=row.is_required,
    )  # fmt: skip


def _call(departure: Departure, parcel: Parcel) -> Call:
    is_secret = any(one.row.secrets is not None for one in departure.ready)
    stream = departure.ready[0].row.stream
    return store_call(parcel, stream=stream, is_tracked=departure.is_tracked, is_secret=is_secret)
