"""Does somebody who signs up and presses the button get the topic's mail, and nobody else?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from notifications.compose.sync import sync_templates
from preferences.models import ConsentRecord, Contact
from tests.sign_ups import confirm_path, fill_in, make_form
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Event, Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types", "providers", "templates")]


@pytest.fixture
def templates(db: None) -> None:
    sync_templates()


def publish(work: Callable[[], None], number: str) -> None:
    event.send(sender=None, name="parcel.sent", contact=Contact.objects.get(), payload={"number": number})
    work()


@pytest.mark.req("P3")
def test_signing_up_confirming_and_reading(visitor: Client, work: Callable[[], None], mailbox: Process) -> None:
    parcel_type(stream="marketing", topic="news")
    form = make_form()
    assert fill_in(visitor, form, "Dora@example.com").status_code == 303
    work()
    publish(work, "1")
    assert Message.objects.get(state="skipped").reason == "unconfirmed"
    [mail] = mailbox.mails()
    path = confirm_path(mail["text"])
    assert "Yes, sign me up" in visitor.get(path).content.decode()
    assert Contact.objects.get().is_unconfirmed
    visitor.post(path, {"step": "confirm"})
    publish(work, "2")
    assert [one["subject"] for one in mailbox.mails()][1:] == ["Parcel 2"]
    actions = ConsentRecord.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions)[:2] == ["asked", "confirmed"]


def test_the_link_is_a_secret(visitor: Client, work: Callable[[], None], mailbox: Process) -> None:
    fill_in(visitor, make_form(), "dora@example.com")
    work()
    assert "/confirm/" not in str(Event.objects.values())
    assert "/confirm/" in mailbox.mails()[0]["text"]


def test_a_german_form_writes_german(visitor: Client, work: Callable[[], None], mailbox: Process) -> None:
    fill_in(visitor, make_form(locale="de"), "dora@example.com")
    work()
    assert "bestätigen" in mailbox.mails()[0]["subject"]
