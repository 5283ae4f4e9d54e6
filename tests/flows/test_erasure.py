"""When somebody is erased, is there really nothing left of them, anywhere? And does nothing bring them back?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_rq
import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from config import clock
from config.clock import now
from config.ids import new_id
from demo.models import Order
from notifications.catalog import Batching
from notifications.compose.sync import sync_templates
from notifications.delivery.models import DeadLetter, Outbox, Provider
from notifications.routing.models import Digest
from preferences import exporting
from preferences.choices import choose
from preferences.contacts import ErasedAddress, upsert_contact
from preferences.erasing import erase_stored
from preferences.erasure import erase_contact
from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact, Erasure, SignUp, Suppression, Topic
from preferences.suppression import suppress
from tests.accounts import tell_webhooks
from tests.people import make_contact
from tests.preferences.importing.tables import bring_in, look_through
from tests.sign_ups import fill_in, make_form
from tests.simulator.process import Process, wait_for
from tests.texts import make_text_provider, text_type
from tests.types import parcel_type, publish_template, reset_type
from tracking.links import message_token
from tracking.models import Event, Message, MessageEvent, WebhookReceipt
from tracking.receipts import Report, accept_reports
from tracking.signals import event

ADDRESS, TYPED, PHONE, NAME = "quentin@example.com", "Quentin@Example.com", "+447700900777", "Quillfeather"
NEEDLES = (ADDRESS, PHONE, PHONE[1:], NAME)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("P4"),
]


def database() -> str:
    """Every value of every column of every table, with the table's name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        text = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            text += "".join(
                f"{table}: {bytes(value)!r}\n" if isinstance(value, memoryview) else f"{table}: {value}\n"
                for row in cursor.fetchall()
                for value in row
            )
    return text


def redis() -> str:
    """Every key of Redis with what it holds."""
    found = django_rq.get_connection("critical")
    return "".join(f"redis: {key!r} {found.dump(key)!r}\n" for key in found.keys("*"))


def simulator(mailbox: Process) -> str:
    """All that the simulator tells, and its files as they lie there."""
    told = [mailbox.control("GET", path) for path in ("accepts", "acts", "webhooks")]
    files = [path for path in Path(mailbox.directory).rglob("*") if path.is_file()]
    lines = [f"{path.name}: {line!r}" for path in files for line in path.read_bytes().splitlines()]
    return "\n".join([f"simulator: {json.dumps(told)}", *lines, ""])


def lines_about(text: str) -> list[str]:
    """Those that name the person."""
    pattern = re.compile("|".join(map(re.escape, NEEDLES)), re.IGNORECASE)
    return [line[:160] for line in text.splitlines() if pattern.search(line)]


@pytest.fixture
def quentin(db: None) -> Contact:
    """A customer with all that one can have."""
    user = User.objects.create_user(ADDRESS, ADDRESS, "word-for-9", first_name="Quentin", last_name=NAME)
    return make_contact(
        TYPED, first_name="Quentin", last_name=NAME, phone=PHONE, user=user, attributes={"mail": ADDRESS}, locale="de"
    )


def told(name: str, contact: Any, **payload: Any) -> None:
    event.send(sender=None, name=name, contact=contact, payload=payload)


def order_of(contact: Contact) -> Order:
    return Order.objects.create(user=contact.user, email=TYPED, name=f"Quentin {NAME}", total=12)


def send_by_each(contact: Contact, providers: dict[str, Any], work: Callable[[], None]) -> None:
    """A mail by every account, and one with a secret."""
    for kind, chosen in providers.items():
        Provider.objects.exclude(pk=chosen.pk).update(is_enabled=False)
        Provider.objects.filter(pk=chosen.pk).update(is_enabled=True)
        told("parcel.sent", contact, number=kind, note=f"For {NAME}, {ADDRESS}")
        told("reset.asked", contact, reset_url=f"https://shop.example/reset/{ADDRESS}")
        work()
    Provider.objects.update(is_enabled=True)


def report_all(mailbox: Process, work: Callable[[], None]) -> None:
    """Delivered, opened, clicked; some bounce for now, and a report comes of a mail that is not ours."""
    for accept in mailbox.accepts():
        for action in ("deliver", "open", "click", "soft-bounce"):
            mailbox.control("POST", "act", {"accept": accept["number"], "action": action})
    wait_for(lambda: mailbox.control("GET", "webhooks")["waiting"] == 0)
    strange = {"event": {"to": ADDRESS}, "detail": {}, "machine": ""}
    WebhookReceipt.objects.create(id=new_id(), provider="ses", kind="delivered", occurred_at=now(), raw=strange)
    work()


def die_and_wait(contact: Contact, mailbox: Process, work: Callable[[], None]) -> None:
    """A dead letter, an uncertain mail, one that waits, a digest, and events that were refused."""
    mailbox.control("PUT", "faults", [{"kind": "status", "status": 400}])
    told("parcel.sent", contact, number="dead", note=NAME)
    work()
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept"}])
    told("parcel.sent", contact, number="unknown", note=NAME)
    work()
    mailbox.control("PUT", "faults", [])
    later = now() + timedelta(hours=1)
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "w", "note": NAME}, send_at=later)
    work()
    told("parcel.sent", "nobody at all", number="1", note=ADDRESS)
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"mail": ADDRESS}, key=f"x-{ADDRESS}")
    publish_template("parcels", subject="{{ payload.total }}")
    parcel_type("tidings", stream="notification", digest_template="parcels", batching=Batching(wait=later - now()))
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": NAME}, key=ADDRESS)
    work()


def stand_in_tables(contact: Contact) -> None:
    """In an import that is done, in one that waits, and in a table that waits for its download."""
    bring_in(f"email,note\n{ADDRESS},For {NAME}\n", ["email", "new:text"], known="overwrite", to_list="Fair")
    look_through(f"email,first name,phone\n{TYPED},Quentin {NAME},none\n", ["email", "first_name", "phone"])
    exporting.order_export("all", ["email", "last_name", "phone"], by=None)
    exporting.work_on_exports(at=now(), seconds=60)


@pytest.fixture
def lived(
    quentin: Contact, providers: dict[str, Any], mailbox: Process, work: Callable[[], None], live_server: LiveServer,
    visitor: Client, settings: Any,
) -> Contact:  # fmt: skip
    """Quentin, after all that can happen."""
    settings.POSTRIDER_STRICT, settings.POSTRIDER_PUBLIC_URL = False, live_server.url
    sync_templates()
    tell_webhooks(mailbox, providers, live_server.url)
    providers["twilio"] = make_text_provider(mailbox, webhooks=live_server.url)
    parcel_type()
    reset_type()
    fill_in(visitor, make_form(), TYPED, ip="203.0.113.9")
    choose(quentin, Choice.Frequency.WEEKLY, topic=Topic.objects.get(key="news"), source="test", ip="203.0.113.9")
    order_of(quentin)
    send_by_each(quentin, {kind: one for kind, one in providers.items() if kind != "twilio"}, work)
    text_type("texted")
    told("parcel.sent", quentin, number="text", note=NAME)
    work()
    stand_in_tables(quentin)
    die_and_wait(quentin, mailbox, work)
    report_all(mailbox, work)  # whose bounces end all mail
    suppress(quentin, reason=Suppression.Reason.MANUAL, scope=Suppression.Scope.MARKETING, detail=f"{NAME} asked")
    LogEntry.objects.log_actions(quentin.user_id or 0, [quentin], CHANGE, change_message=f"Wrote to {ADDRESS}")
    return quentin


def test_nothing_is_left_anywhere(lived: Contact, mailbox: Process, caplog: pytest.LogCaptureFixture) -> None:
    assert {line.partition(":")[0] for line in lines_about(database())} > EXPECTED_BEFORE
    assert lines_about(simulator(mailbox))
    caplog.clear()
    assert erase_contact(lived, source="test")
    with clock.shifted(timedelta(hours=1)):
        assert erase_stored(lived.pk)
    assert lines_about(database() + redis() + simulator(mailbox) + caplog.text) == []
    assert Erasure.objects.get().sealed_traces is None
    assert not Outbox.objects.exists()
    assert not DeadLetter.objects.filter(discarded_at=None).exists()
    assert set(Digest.objects.values_list("state", "reason")) == {("dropped", "erased")}


#: Tables that name him before.
EXPECTED_BEFORE = {
    "preferences_contact", "tracking_event", "tracking_webhookreceipt", "notifications_call", "notifications_outbox",
    "preferences_importpart", "preferences_importrow", "preferences_importchange", "preferences_exportpart",
    "notifications_deadletter", "notifications_digestitem", "django_admin_log", "demo_order", "auth_user",
}  # fmt: skip


@pytest.fixture
def erased(
    quentin: Contact, providers: dict[str, Any], mailbox: Process, work: Callable[[], None], settings: Any
) -> Contact:
    """Quentin, erased after one mail that he could refuse."""
    settings.POSTRIDER_STRICT = False
    parcel_type(stream="marketing")
    told("parcel.sent", quentin, number="1")
    work()
    erase_contact(quentin, source="test")
    quentin.refresh_from_db()
    return quentin


def test_an_event_does_not_bring_anybody_back(erased: Contact, work: Callable[[], None], mailbox: Process) -> None:
    for number, whom in enumerate((TYPED, User.objects.create(username="q", email=ADDRESS), erased)):
        event.send(sender=None, name="parcel.sent", contact=whom, payload={"number": ADDRESS}, key=f"{ADDRESS}{number}")
        event.send(sender=None, name="parcel.sent", contact=whom, payload={"note": ADDRESS})  # faulty as well
    work()
    later = Event.objects.filter(state="refused")
    assert later.count() == 6
    assert lines_about(str(list(later.values()))) == []
    assert "was erased" in later.earliest("id").faults[0]["reason"]
    assert (Contact.objects.count(), len(mailbox.accepts())) == (1, 1)


def test_a_sign_up_gets_the_usual_answer_and_no_mail(
    erased: Contact, visitor: Client, work: Callable[[], None]
) -> None:
    sync_templates()
    assert fill_in(visitor, make_form(), TYPED).status_code == 303
    work()
    assert (SignUp.objects.count(), Contact.objects.count(), Message.objects.count()) == (0, 1, 1)


def test_a_list_of_addresses_does_not_either(erased: Contact) -> None:
    with pytest.raises(ErasedAddress, match="was erased"):
        upsert_contact(ADDRESS)
    assert not suppress(TYPED, reason=Suppression.Reason.IMPORT, scope=Suppression.Scope.ALL)
    assert Contact.objects.get().address is None


def test_old_links_answer_politely(erased: Contact, visitor: Client, work: Callable[[], None]) -> None:
    message = Message.objects.get()
    token = message_token(message.pk)
    leave = unsubscribe_url(Leave(contact_id=erased.pk, topic_id=0, message_id=message.pk))
    paths = [_path(leave), _path(preferences_url(erased.pk)), f"/c/{token}/0", f"/o/{token}.gif"]
    paths += [f"{_path(preferences_url(erased.pk))}/{page}" for page in ("mails", "phone", "data", "erase")]
    for path in paths:
        for answer in (visitor.get(path), visitor.post(path, {"step": "reason", "reason": "other"})):
            assert answer.status_code in {200, 302, 404}, path
            assert lines_about(answer.content.decode("latin-1")) == []
    assert visitor.post(_path(leave), {"List-Unsubscribe": "One-Click"}).status_code == 200
    work()
    erased.refresh_from_db()
    assert (erased.last_opened_at, erased.engagement_points, erased.choices.count()) == (None, 0, 0)


def test_reports_that_come_later_are_not_kept(
    quentin: Contact, providers: dict[str, Any], mailbox: Process, work: Callable[[], None], live_server: LiveServer
) -> None:
    tell_webhooks(mailbox, providers, live_server.url)
    parcel_type()
    told("parcel.sent", quentin, number="1")
    work()
    erase_contact(quentin, source="test")
    [receipt] = accept_late(providers["mailgun"])
    work()
    assert WebhookReceipt.objects.get(pk=receipt).raw == {}
    assert Message.objects.get().state == "delivered"
    assert lines_about(str(list(MessageEvent.objects.values()))) == []


def accept_late(provider: Provider) -> list[Any]:
    """A report that a provider sends after the erasure, with all it knows."""
    report = Report(
        provider=provider.key, kind=MessageEvent.Kind.DELIVERED, occurred_at=now(), event_key="late",
        message_id=Message.objects.get().pk, detail={"answer": f"250 for {ADDRESS}", "reason": "ok"},
        raw={"recipient": ADDRESS},
    )  # fmt: skip
    accept_reports([report])
    return list(WebhookReceipt.objects.filter(processed_at=None).values_list("pk", flat=True))


def _path(url: str) -> str:
    return urlsplit(url).path
