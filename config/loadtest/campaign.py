"""How fast does one mail to many people leave?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Count, Max, Min

from config import clock
from config.loadtest.accounts import accounts, check_journal
from config.loadtest.figures import rate
from config.loadtest.newsletter import publish_newsletter
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import address_of, ensure_people, forget_leftovers
from config.loadtest.stack import peak_memory, running_workers
from config.loadtest.waiting import wait_until
from config.queues import Stream
from notifications.compose.models import TemplateVersion
from notifications.delivery.models import Call, Outbox
from notifications.delivery.outbox import Submission, lease_time, submit
from notifications.delivery.providers import provider_kinds
from tracking.models import Message

_SLICE = 2000
_TICK_SECONDS = 0.02
_STALLED_SECONDS = 60


def run(options: Options) -> Outcome:
    """Write the messages of a campaign, then let workers drain them; the clock runs from first claim to last sent."""
    people = ensure_people(options.number)
    version = publish_newsletter()
    forget_leftovers()
    source = f"loadtest:{uuid4().hex[:12]}"
    kind = options.provider or "mailgun"
    with accounts(kind, stream=Stream.MARKETING.value, has_simulator=options.has_journal):
        plan_seconds = _plan(people, version, source)
        with running_workers(f"{Stream.MARKETING.value}={options.workers}") as workers:
            first = _first_claim()
            _await_end()
            memory = peak_memory(workers)
        drained = _check(source, options.number, kind=kind, first=first)
        journal = check_journal(options.number) if options.has_journal else {}
    return {
        "rate": rate(options.number, drained.seconds),
        "seconds": round(drained.seconds, 2),
        "rss_mb": memory,
        "messages": options.number,
        "workers": options.workers,
        "provider": kind,
        "planned_per_second": rate(options.number, plan_seconds),
        "calls": drained.calls,
        "largest_call": drained.largest,
        "journal": journal,
    }


def _plan(people: list[int], version: TemplateVersion, source: str) -> float:
    """Submit a mail to each person; return the seconds it took."""
    started = time.perf_counter()
    due_at = clock.now()
    for start in range(0, len(people), _SLICE):
        part = enumerate(people[start : start + _SLICE], start)
        submit([_submission(person, number, version, source, due_at) for number, person in part])
    return time.perf_counter() - started


def _submission(person: int, number: int, version: TemplateVersion, source: str, due_at: datetime) -> Submission:
    return Submission(
        contact_id=person,
        address=address_of(number),
        source=source,
        stream=Stream.MARKETING.value,
        topic_key="weekly-offers",
        template_version_id=version.pk,
        template_ref=version.ref,
        due_at=due_at,
    )


def _first_claim() -> datetime:
    """When the first worker took its first batch: a lease ends a known time after the claim that made it."""
    found: list[datetime] = []

    def look() -> bool:
        held = Outbox.objects.filter(state__in=["claimed", "sending"]).aggregate(first=Min("lease_until"))["first"]
        if held is not None:
            found.append(held - lease_time())
        return bool(found) or not _is_waiting()

    wait_until("a worker to begin", look, seconds=60, tick=_TICK_SECONDS)
    if not found:
        raise Failed("all mail was gone before it could be timed; take more --messages")
    return found[0]


def _await_end() -> None:
    """Return once nothing waits; raises Failed when for a minute nothing has left."""
    left = _count_waiting()
    while left:
        wait_until("more mail to leave", lambda: _count_waiting() < left, seconds=_STALLED_SECONDS, tick=0.2)  # noqa: B023
        left = _count_waiting()


def _count_waiting() -> int:
    return Outbox.objects.filter(stream=Stream.MARKETING.value).count()


def _is_waiting() -> bool:
    return Outbox.objects.filter(stream=Stream.MARKETING.value).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    seconds: float
    calls: int
    largest: int


def _check(source: str, expected: int, *, kind: str, first: datetime) -> Drained:
    """Raises Failed unless every message was sent, in calls as large as the provider takes them."""
    ours = Message.objects.filter(source=source)
    states = dict(ours.values_list("state").annotate(number=Count("pk")))
    if states != {Message.State.SENT.value: expected}:
        raise Failed(f"not every message was sent: {states}")
    calls = _calls(source)
    sizes = list(Call.objects.filter(pk__in=calls).values_list("size", flat=True))
    limit = provider_kinds()[kind].batch_limit
    if len(sizes) > 2 * (expected // limit + 1) + 20:
        raise Failed(f"{expected} messages went in {len(sizes)} calls, though {kind} takes {limit} at once")
    last = ours.aggregate(last=Max("sent_at"))["last"]
    return Drained(seconds=(last - first).total_seconds(), calls=len(sizes), largest=max(sizes))


def _calls(source: str) -> set[UUID]:
    listed = Message.objects.filter(source=source).values_list("call_ids", flat=True)
    return {call for calls in listed.iterator(chunk_size=20_000) for call in calls}
