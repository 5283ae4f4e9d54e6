"""How many reports of providers are taken in a second, and how fast are they worked off?"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from uuid import UUID, uuid4

from django.utils import timezone

from config.loadtest.figures import milliseconds, percentile, rate
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import address_of, ensure_people
from config.loadtest.reports import STORY, Post, write_posts
from config.loadtest.stack import peak_memory, running_web, running_workers
from config.loadtest.waiting import wait_until
from config.queues import WEBHOOKS, Stream, ring
from notifications.delivery.models import Provider
from notifications.delivery.simulated import ensure_simulated_providers
from notifications.simulator.wire import Wire
from tracking.models import Message, MessageEvent, WebhookReceipt
from tracking.receipts import has_waiting

_SLOWEST = 50  # reports a second: whoever is slower has stopped
_SLICE = 2000


def run(options: Options) -> Outcome:
    """Post signed webhooks to the web server; once all are answered, have a worker process them."""
    provider = _provider(options.provider or "mailgun")
    messages = _make_messages(-(-options.number // len(STORY)), provider)
    posts = list(write_posts(provider, messages, number=options.number))
    WebhookReceipt.objects.filter(processed_at=None).update(processed_at=timezone.now())  # of a run broken off
    with running_web() as web:
        seconds, delays = asyncio.run(_post_all(posts, concurrency=options.concurrency))
        memory = peak_memory(web)
    processing, worker_memory = _process(options.number)
    _check([one for one, _ in messages], options.number)
    return {
        "rate": rate(options.number, seconds),
        "seconds": round(seconds, 2),
        "rss_mb": max(memory, worker_memory),
        "events": options.number,
        "provider": provider.kind,
        "concurrency": options.concurrency,
        "requests_per_second": rate(len(posts), seconds),
        "answer_ms": {
            "p50": milliseconds(percentile(delays, 0.5)),
            "p99": milliseconds(percentile(delays, 0.99)),
        },
        "processed_per_second": rate(options.number, processing),
    }


def _provider(kind: str) -> Provider:
    found = [one for one in ensure_simulated_providers() if one.kind == kind and kind != "smtp"]
    if not found:
        raise Failed(f"{kind} sends no webhooks")
    return found[0]


def _make_messages(number: int, provider: Provider) -> list[tuple[UUID, str]]:
    """Sent mails to report about: (id, address)."""
    people = ensure_people(number)
    source = f"loadtest:{uuid4().hex[:12]}"
    at = timezone.now()
    messages = [
        Message(
            contact_id=person, source=source, stream=Stream.MARKETING, state=Message.State.SENT, sent_at=at,
            provider=provider.key,
        )
        for person in people
    ]  # fmt: skip
    Message.objects.bulk_create(messages, batch_size=_SLICE)
    return [(message.pk, address_of(number)) for number, message in enumerate(messages)]


async def _post_all(posts: Iterable[Post], *, concurrency: int) -> tuple[float, list[float]]:
    """Send them, so many at once; seconds in all, and seconds until each answer. Raises Failed unless all are 200."""
    waiting, delays, statuses = iter(posts), [], Counter[int]()
    wire = Wire()

    async def send() -> None:
        for post in waiting:
            started = time.perf_counter()
            answered = await wire.call("POST", post.url, headers=post.headers, body=post.body, timeout=60)
            delays.append(time.perf_counter() - started)
            statuses[answered.status] += 1

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(concurrency)))
    seconds = time.perf_counter() - started
    wire.close()
    if set(statuses) != {200}:
        raise Failed(f"not every webhook was taken: {dict(statuses)}")
    return seconds, delays


def _process(number: int) -> tuple[float, float]:
    """Seconds from a worker's first batch until all is processed, and the worker's memory in MB."""
    with running_workers(WEBHOOKS) as worker:
        ring(WEBHOOKS)
        left = WebhookReceipt.objects.filter(processed_at=None)
        wait_until("a worker to begin", lambda: left.count() < number, seconds=60, tick=0.01)
        already, started = number - left.count(), time.perf_counter()
        wait_until("all reports", lambda: not has_waiting(), seconds=60 + number / _SLOWEST)
        seconds = time.perf_counter() - started
        return seconds * number / max(number - already, 1), peak_memory(worker)


def _check(message_ids: list[UUID], expected: int) -> None:
    """Raises Failed unless each report became an event of its mail."""
    kept = 0
    for start in range(0, len(message_ids), _SLICE):
        kept += MessageEvent.objects.filter(message_id__in=message_ids[start : start + _SLICE]).count()
    if kept != expected:
        raise Failed(f"{expected} reports became {kept} message events")
