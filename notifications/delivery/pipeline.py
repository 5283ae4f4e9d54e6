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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from config import clock
from config.ids import new_id
from config.queues import Stream
from notifications.compose.render import LoadedVersion, RenderFault, load_version, render
from notifications.delivery import gate, outbox
from notifications.delivery.failpoints import fail_point
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.handover import hand_over
from notifications.delivery.mail import Member, Parcel, is_refusable, sender_of, shared_headers, store_call
from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.outbox import Claimed
from notifications.delivery.outcome import record_outcome
from notifications.delivery.pool import load_pool, pick_provider
from notifications.delivery.providers import kind_of
from notifications.delivery.sandbox import may_reach
from notifications.delivery.variables import Person, load_people, variables_for
from tracking.links import message_token
from tracking.models import Message

logger = logging.getLogger("postrider.delivery")

#: Mails claimed at once. Single streams go one call a mail, so few are taken and others find work too.
BATCH_ROWS: dict[str, int] = {
    Stream.CRITICAL: 10,
    Stream.TRANSACTIONAL: 20,
    Stream.NOTIFICATION: 500,
    Stream.MARKETING: 1000,
}
#: Streams whose mails share a call; the others go alone, so that one uncertain answer touches one mail.
_SHARING = frozenset({Stream.NOTIFICATION.value, Stream.MARKETING.value})
#: Longest a hand-over may take: providers see to it, and the lease must cover it just before.
CALL_SECONDS = 75
NO_PROVIDER_WAIT = timedelta(seconds=15)


@dataclass(slots=True, kw_only=True)
class Ready:
    """A claimed mail, rendered."""

    row: Claimed
    member: Member


def worker_name() -> str:
    """Who holds a lease: host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def deliver_batch(stream: str) -> int:
    """Take one batch of due mails of a stream as far as it goes; return how many were claimed."""
    at = clock.now()
    fail_point("before_claim")
    rows = outbox.claim(stream, limit=BATCH_ROWS[stream], at=at, owner=worker_name())
    fail_point("after_claim")
    if rows:
        pool = load_pool(stream, at=at)
        people = load_people(row.contact_id for row in rows)
        for group in _groups(rows):
            _deliver_group(group, pool=pool, people=people, at=at)
    return len(rows)


def _groups(rows: Sequence[Claimed]) -> Iterator[list[Claimed]]:
    """Rows that may share a call: same version and headers. In streams that do not share, each row alone."""
    if rows[0].stream not in _SHARING:
        yield from ([row] for row in rows)
        return
    grouped: dict[tuple[object, ...], list[Claimed]] = defaultdict(list)
    for row in rows:
        key = (row.template_version_id, row.type_key, row.topic_key, row.is_required, row.is_tracked,
               row.avoid_provider_id, row.secrets is not None, "" if row.type_key else row.source)  # fmt: skip
        grouped[key].append(row)
    yield from grouped.values()


def _deliver_group(rows: list[Claimed], *, pool: list[PoolMember], people: Mapping[int, Person], at: datetime) -> None:
    provider = pick_provider(pool, avoid=rows[0].avoid_provider_id)
    if provider is None:
        logger.warning("no provider for stream %s is usable; %d mails wait", rows[0].stream, len(rows))
        outbox.give_back(rows, due_at=at + NO_PROVIDER_WAIT)
        return
    tracked: dict[bool, list[Claimed]] = defaultdict(list)
    for row in rows:
        tracked[_is_tracked(row, people.get(row.contact_id))].append(row)
    for is_tracked, same in tracked.items():
        version = _load(same, is_tracked=is_tracked, at=at)
        if version is not None:
            for flight in _flights(_render_all(same, version, people, at=at), provider):
                _fly(flight, provider=provider, version=version, is_tracked=is_tracked)


def _is_tracked(row: Claimed, person: Person | None) -> bool:
    return row.is_tracked and row.stream != Stream.CRITICAL and person is not None and person.is_tracking_allowed


def _load(rows: list[Claimed], *, is_tracked: bool, at: datetime) -> LoadedVersion | None:
    try:
        return load_version(rows[0].template_version_id, tracked=is_tracked)
    except ObjectDoesNotExist:
        outbox.end(rows, Message.State.FAILED, reason="no_template", at=at)
        return None


def _render_all(
    rows: list[Claimed], version: LoadedVersion, people: Mapping[int, Person], *, at: datetime
) -> list[Ready]:
    """Render each mail; those that cannot be rendered are failed with the reason, the others go on."""
    ready, faulty = [], defaultdict(list)
    for row in rows:
        person = people.get(row.contact_id)
        if person is None:
            faulty["no_contact"].append(row)
            continue
        try:
            ready.append(Ready(row=row, member=_render(row, version, person)))
        except RenderFault as fault:
            faulty[fault.reason].append(row)
    for reason, failed in faulty.items():
        state = Message.State.SKIPPED if reason == "no_contact" else Message.State.FAILED
        outbox.end(failed, state, reason=reason, at=at)
    fail_point("after_render")
    return ready


def _render(row: Claimed, version: LoadedVersion, person: Person) -> Member:
    variables, unsubscribe = variables_for(row, person)
    token = message_token(row.message_id)
    values = render(version, variables, token=token)
    refusable = is_refusable(row.stream, is_required=row.is_required)
    return Member(
        message_id=row.message_id, address=person.address, name=person.name, values=values,
        unsubscribe_url=unsubscribe if refusable else "", token=token,
    )  # fmt: skip


def _flights(ready: list[Ready], provider: Provider) -> Iterator[list[Ready]]:
    """Cut rendered mails into calls no larger than the provider's limit, addresses unique in each."""
    limit = kind_of(provider).batch_limit
    cap = ready[0].row.batch_cap if ready else None
    if ready and ready[0].row.stream not in _SHARING:
        limit = 1
    step = min(limit, cap or limit)
    yield from (ready[start : start + step] for start in range(0, len(ready), step))


def _fly(flight: list[Ready], *, provider: Provider, version: LoadedVersion, is_tracked: bool) -> None:
    leased_at = time.monotonic()
    parcel = _enter(flight, provider=provider, version=version, is_tracked=is_tracked)
    fail_point("after_gate")
    if parcel is None:
        return
    rows = {ready.row.message_id: ready.row for ready in flight}
    call_out(parcel, rows, leased_at=leased_at)


def call_out(parcel: Parcel, rows: Mapping[UUID, Claimed], *, leased_at: float, is_repeat: bool = False) -> None:
    """Make a stored call and commit its outcome, first of all.

    `leased_at` is the monotonic time before the lease was taken: a process that was held up since, and whose lease
    no longer covers a call, makes none.
    """
    started_at = clock.now()
    fail_point("before_call")
    if time.monotonic() - leased_at > outbox.lease_time().total_seconds() - CALL_SECONDS:
        verdicts, milliseconds = [Verdict(kind=Kind.NOT_TRIED)] * len(parcel.members), 0
    else:
        verdicts, milliseconds = hand_over(parcel)
    fail_point("after_call")
    record_outcome(parcel, verdicts, rows=rows, started_at=started_at, milliseconds=milliseconds, is_repeat=is_repeat)
    fail_point("after_outcome")


@transaction.atomic
def _enter(flight: list[Ready], *, provider: Provider, version: LoadedVersion, is_tracked: bool) -> Parcel | None:
    """The gate and the `sending` commit; None when nobody of the flight may go."""
    at = clock.now()
    call_id = new_id()
    passage = gate.pass_gate([ready.row for ready in flight], at=at)
    going = _fit_to_go(flight, passage, provider=provider, at=at)
    entered = gate.enter_sending([ready.row for ready in going], call_id=call_id, until=at + outbox.lease_time())
    late = [ready.row for ready in going if ready.row.message_id not in entered]
    if late:
        outbox.end(late, Message.State.CANCELLED, reason="cancelled", at=at)
    going = [ready for ready in going if ready.row.message_id in entered]
    if not going:
        return None
    fail_point("in_gate")
    return _store(going, call_id, provider=provider, version=version, is_tracked=is_tracked)


def _fit_to_go(flight: list[Ready], passage: gate.Passage, *, provider: Provider, at: datetime) -> list[Ready]:
    """Of those that passed: the ones whose address still is what was rendered and may be reached from here."""
    passed = {row.message_id for row in passage.passed}
    going, moved, fenced = [], [], []
    for ready in flight:
        if ready.row.message_id not in passed:
            continue
        if passage.facts[ready.row.contact_id].address != ready.member.address:
            moved.append(ready.row)
        elif not may_reach(provider, ready.member.address):
            fenced.append(ready.row)
        else:
            going.append(ready)
    if moved:
        outbox.give_back(moved, due_at=at)
    if fenced:
        outbox.end(fenced, Message.State.SKIPPED, reason="sandbox", at=at)
    return going


def _store(
    going: list[Ready], call_id: UUID, *, provider: Provider, version: LoadedVersion, is_tracked: bool
) -> Parcel:
    first = going[0].row
    parcel = Parcel(
        call_id=call_id, provider=provider, version=version, sender=sender_of(first.stream),
        headers=shared_headers(
            stream=first.stream, type_key=first.type_key, source=first.source, topic_key=first.topic_key,
            is_required=first.is_required,
        ),
        members=tuple(ready.member for ready in going),
    )  # fmt: skip
    is_secret = any(ready.row.secrets is not None for ready in going)
    store_call(parcel, stream=first.stream, is_tracked=is_tracked, is_secret=is_secret).save(force_insert=True)
    return parcel
