"""Does the overview count right, and cheaply?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from campaigns import overview
from config.ids import id_floor
from notifications.models import Outbox, Provider, WorkerBeat
from tests.console.conftest import MakeMessage
from tracking.models import Event


def test_it_counts_the_last_day_and_hour(make_message: MakeMessage) -> None:
    now = timezone.now()
    make_message(state="delivered", sent_at=now, delivered_at=now, opened_at=now)
    earlier = now - timedelta(hours=5)
    make_message(id=id_floor(earlier), created_at=earlier, state="skipped")
    long_ago = now - timedelta(hours=40)
    make_message(id=id_floor(long_ago), created_at=long_ago, state="failed")
    day = overview.read_day(at=now)
    assert (day.totals["caused"], day.totals["opened"], day.totals["skipped"], day.totals["failed"]) == (2, 1, 1, 0)
    assert (day.last_hour["caused"], day.last_hour["delivered"]) == (1, 1)
    assert len(day.hours) == 24
    assert day.hours[-1].sent + day.hours[-2].sent == 1


def test_what_is_reported_as_delivered_counts_as_sent(make_message: MakeMessage) -> None:
    now = timezone.now()
    make_message(state="delivered", delivered_at=now)  # the answer to its call was lost
    assert overview.read_day(at=now).totals["sent"] == 1


def test_latency_counts_from_the_moment_a_mail_could_go(make_message: MakeMessage) -> None:
    now = timezone.now()
    event = Event.objects.create(name="x", state="accepted", received_at=now - timedelta(minutes=30))
    make_message(event=event, due_at=now - timedelta(seconds=2), sent_at=now, state="sent")
    latency = overview.read_latency(at=now)
    assert latency.sample == 1
    assert latency.p50 is not None
    assert 1.9 < latency.p50 < 2.1


def test_what_waits_is_counted_by_stream(boss: Client, make_message: MakeMessage) -> None:
    for state in ("queued", "sending", "unknown"):
        message = make_message()
        Outbox.objects.create(
            message=message, contact_id=message.contact_id, state=state, stream="transactional",
            template_version_id=message.pk,
        )  # fmt: skip
    streams: Any = boss.get("/queues/").context["streams"]
    transactional = next(stream.lane for stream in streams if stream.lane.stream == "transactional")
    assert transactional.counts == {"queued": 1, "sending": 1, "unknown": 1}
    assert transactional.due == 1


def test_every_number_leads_to_its_mails(boss: Client, make_message: MakeMessage) -> None:
    now = timezone.now()
    make_message(state="delivered", sent_at=now, delivered_at=now, clicked_at=now)
    make_message(state="cancelled")
    context: Any = boss.get("/").context
    for number in context["numbers"]:
        listed: Any = boss.get(f"/messages/?window=24h&{number.filter}").context["rows"]
        assert len(listed) == number.day, number.label


def test_its_cost_does_not_grow(boss: Client, make_message: MakeMessage, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        make_message(state="failed", reason="bug")
        Provider.objects.create(key=f"p{number}", kind="smtp", name=f"P{number}")
        WorkerBeat.objects.create(name=f"w{number}", host="h", pid=number, queues="critical")
    with django_assert_max_num_queries(20):
        boss.get("/")


def test_an_empty_installation_is_told_how_to_begin(boss: Client) -> None:
    assert "scripts/up --demo" in boss.get("/").content.decode()


def test_the_refreshed_part_has_no_frame(boss: Client) -> None:
    assert "<html" not in boss.get("/overview/").content.decode()
