"""How fast does one mail to many people leave?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import psutil
from django.db.models import Count, Max, Min, Sum

from config import clock
from config.loadtest.accounts import accounts, check_journal
from config.loadtest.feeding import Feeder
from config.loadtest.figures import milliseconds, percentile, rate
from config.loadtest.newsletter import publish_newsletter
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import ensure_people, forget_leftovers
from config.loadtest.stack import cpu_seconds, peak_memory, running_workers
from config.loadtest.waiting import wait_until
from config.loadtest.watching import watching
from config.queues import Stream
from notifications.compose.models import TemplateVersion
from notifications.delivery.models import Attempt, Call, Outbox, WorkerBeat
from notifications.delivery.outbox import Submission, lease_time
from notifications.delivery.providers import provider_kinds
from tracking.models import Message

_STREAM = Stream.MARKETING.value
_TICK_SECONDS = 0.02
_STARTING = timedelta(seconds=2)


def run(options: Options) -> Outcome:
    """Submit a campaign and let workers drain it; the clock runs from the first claim to the last mail sent.

    Where workers are to be running before, it runs from the moment at which the first mail is submitted.
    """
    people = ensure_people(options.number)
    forget_leftovers()
    kind = options.provider or "mailgun"
    mailing = make_mailing(publish_newsletter())
    feeder = Feeder(people, mailing)
    with accounts(kind, stream=_STREAM, has_simulator=options.has_journal):
        if not options.is_running:
            feeder.fill()
        with running_workers(f"{_STREAM}={options.workers}") as workers:
            first = _await_workers(options.workers) if options.is_running else _first_claim(mailing.source)
            with watching(_pages(mailing.source) if options.is_watched else ()) as looks:
                used = _drain(feeder, workers)
            memory = peak_memory(workers)
        drained = _check(mailing, options.number, kind=kind, first=first)
        journal = check_journal(options.number) if options.has_journal else {}
    return {
        "rate": rate(options.number, drained.seconds),
        "seconds": round(drained.seconds, 2),
        "rss_mb": memory,
        "messages": options.number,
        "workers": options.workers,
        "provider": kind,
        "planned_per_second": rate(options.number, feeder.seconds),
        "calls": drained.calls,
        "largest_call": drained.largest,
        "microseconds_a_mail": {
            "wall": _each(drained.seconds, options.number),
            "worker_cpu": _each(used, options.number),
            "in_calls": _each(drained.seconds_in_calls, options.number),
        },
        "journal": journal,
        **({"pages": len(looks), "pages_p95_ms": milliseconds(percentile(looks, 0.95))} if looks else {}),
    }


def _pages(source: str) -> tuple[str, ...]:
    """What whoever sent it has open."""
    return ("/", "/reports/", f"/reports/of-source/{source}/", "/messages/", "/campaigns/", "/queues/")


def make_mailing(version: TemplateVersion) -> Submission:
    """What all messages of a load test's campaign share."""
    return Submission(
        contact_id=0,
        address="",
        source=f"loadtest:{uuid4().hex[:12]}",
        stream=_STREAM,
        topic_key="weekly-offers",
        template_version_id=version.pk,
        template_ref=version.ref,
        due_at=clock.now(),
    )


def _drain(feeder: Feeder, workers: psutil.Process) -> float:
    """Feed and wait until all has left; return the seconds of processor time that the workers took."""
    before = cpu_seconds(workers)
    feeder.feed_to_the_end()
    return cpu_seconds(workers) - before


def _await_workers(number: int) -> datetime:
    """The moment at which so many workers are there and have nothing to do."""
    heard = WorkerBeat.objects.filter(started_at__gte=clock.now() - _STARTING, queues__contains=_STREAM)
    wait_until("workers to begin", lambda: heard.count() >= number, seconds=60, tick=_TICK_SECONDS)
    return clock.now()


def _first_claim(source: str) -> datetime:
    """When the first worker took its first batch of it: a lease ends a known time after the claim that made it.

    What another run left claimed has older leases, and does not count.
    """
    found: list[datetime] = []
    ours = Outbox.objects.filter(source=source)

    def look() -> bool:
        held = ours.filter(state__in=["claimed", "sending"]).aggregate(first=Min("lease_until"))["first"]
        if held is not None:
            found.append(held - lease_time())
        return bool(found) or not ours.exists()

    wait_until("a worker to begin", look, seconds=60, tick=_TICK_SECONDS)
    if not found:
        raise Failed("all mail was gone before it could be timed; take more --recipients")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    seconds: float
    calls: int
    largest: int
    seconds_in_calls: float  # of calls under way at once the sum


def _check(mailing: Submission, expected: int, *, kind: str, first: datetime) -> Drained:
    """Raises Failed unless every message was sent, in calls as large as the provider takes them."""
    ours = Message.objects.filter(source=mailing.source)
    states = dict(ours.values_list("state").annotate(number=Count("pk")))
    if states != {Message.State.SENT.value: expected}:
        raise Failed(f"not every message was sent: {states}")
    calls = Call.objects.filter(stream=_STREAM, template_version_id=mailing.template_version_id)
    made = calls.filter(created_at__gte=mailing.due_at).aggregate(number=Count("pk"), largest=Max("size"))
    provider = provider_kinds()[kind]
    if not provider.is_serial and made["number"] > 2 * (expected // provider.batch_limit + 1) + 20:
        raise Failed(
            f"{expected} messages went in {made['number']} calls, though {kind} takes {provider.batch_limit} at once"
        )
    took = Attempt.objects.filter(stream=_STREAM, started_at__gte=mailing.due_at).aggregate(all=Sum("milliseconds"))
    last = ours.aggregate(last=Max("sent_at"))["last"]
    return Drained(
        seconds=(last - first).total_seconds(), calls=made["number"], largest=made["largest"],
        seconds_in_calls=(took["all"] or 0) / 1000,
    )  # fmt: skip


def _each(seconds: float, number: int) -> float:
    return round(seconds / number * 1e6, 1)
