"""What does staff see of queues and workers, and does pausing a stream stop it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config import clock
from notifications import standing, throughput
from notifications.delivery.holds import set_hold
from notifications.delivery.models import Hold
from preferences.models import Contact
from tests.config.doctor.asking import make_account, make_call, make_waiting, make_worker
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.req("Q1")]

PAUSE = "/queues/{}/pause/"


@pytest.fixture(autouse=True)
def _counted_anew() -> Iterator[None]:
    for module in (throughput, standing):
        module.forget()
    yield
    for module in (throughput, standing):
        module.forget()


def _page(browser: Client, path: str = "/queues/") -> str:
    return browser.get(path).content.decode()


def _state(stream: str) -> str:
    return Hold.objects.exclude(state="open").get(pk=f"stream:{stream}").state


def test_each_stream_says_what_waits_and_how_fast_it_goes(boss: Client, ada: Contact) -> None:
    make_call(make_account("post", "marketing"), at=clock.now() - timedelta(seconds=50), size=600)
    make_waiting(ada, late=timedelta(minutes=3), stream="marketing")
    make_waiting(ada, late=timedelta(), stream="marketing", state="unknown")
    page = _page(boss)
    assert "the oldest for 3 min" in page
    assert "200 mails a minute" in page
    assert "half within 40 ms, 99 % within 40 ms" in page
    assert "<b>1</b> unknown" in page


def test_due_mail_that_nobody_moves_is_said(boss: Client, ada: Contact) -> None:
    make_waiting(ada, late=timedelta(minutes=3))
    assert "nothing moves" in _page(boss)


def test_workers_are_listed_with_where_they_run(boss: Client) -> None:
    make_worker("marketing")
    make_worker("sweeper", silent_for=timedelta(minutes=2))
    page = _page(boss)
    assert "process 1" in page
    assert "heard 2 min" in page
    assert "No living worker takes: critical, transactional, notification" in page
    assert "No sweeper runs" in page


def test_what_is_polled_is_the_moving_part_only(boss: Client) -> None:
    part = boss.get("/queues/", headers={"HX-Request": "true"}).content.decode()
    assert 'id="queues"' in part
    assert "<html" not in part


def test_the_page_costs_the_same_whatever_waits(boss: Client, ada: Contact) -> None:
    counts = []
    for _ in range(2):
        for _ in range(15):
            make_waiting(ada, late=timedelta(), stream="marketing")
        with CaptureQueriesContext(connection) as queries:
            boss.get("/queues/", headers={"HX-Request": "true"})
        counts.append(len(queries))
    assert counts[1] <= counts[0] <= 20


def test_pausing_asks_first(boss: Client, ada: Contact) -> None:
    make_waiting(ada, late=timedelta(), stream="marketing")
    page = _page(boss, PAUSE.format("marketing"))
    assert "1 mail waits in it now" in page
    assert not Hold.objects.exclude(state="open").exists()


def test_a_paused_stream_is_noted_with_who_and_why(boss: Client) -> None:
    boss.post(PAUSE.format("marketing"), {"reason": "wrong prices"})
    assert _state("marketing") == "paused"
    assert Hold.objects.exclude(state="open").get().reason == "boss: wrong prices"
    assert LogEntry.objects.get().change_message == "Paused: boss: wrong prices"


@pytest.mark.parametrize(("typed", "state"), [("Critical", "paused"), ("", None), ("transactional", None)])
def test_an_urgent_stream_wants_its_name_typed(boss: Client, typed: str, state: str | None) -> None:
    boss.post(PAUSE.format("critical"), {"reason": "", "typed": typed})
    assert Hold.objects.exclude(state="open").values_list("state", flat=True).first() == state


@pytest.mark.parametrize("path", ["/queues/", "/", "/preferences/contact/", "/messages/", "/queues/critical/pause/"])
def test_every_page_says_that_a_stream_is_paused(boss: Client, path: str) -> None:
    assert "pr-paused" not in _page(boss, path)
    set_hold("stream:marketing", Hold.State.PAUSED, reason="boss: wrong prices")
    page = _page(boss, path)
    assert "The <b>marketing</b> stream is paused" in page
    assert "boss: wrong prices" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("new_types", "providers")
def test_mail_of_a_paused_stream_waits_until_it_is_resumed(
    boss: Client, ada: Contact, work: Callable[[], None], mailbox: Process
) -> None:
    parcel_type()
    boss.post(PAUSE.format("transactional"), {"typed": "transactional"})
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    assert mailbox.accepts() == []
    boss.post("/queues/transactional/resume/")
    work()
    assert Message.objects.get().state == "sent"


def test_a_stream_that_does_not_exist_is_not_found(boss: Client) -> None:
    assert boss.get(PAUSE.format("nonsense")).status_code == 404
    assert boss.post("/queues/nonsense/resume/").status_code == 404


def test_resuming_is_no_link(boss: Client) -> None:
    assert boss.get("/queues/marketing/resume/").status_code == 405


def test_who_may_only_look_sees_no_button(somebody: Callable[..., Client]) -> None:
    support = somebody("support")
    assert support.get("/queues/").status_code == 403
    assert support.get(PAUSE.format("marketing")).status_code == 403
    assert support.post("/queues/marketing/resume/").status_code == 403
