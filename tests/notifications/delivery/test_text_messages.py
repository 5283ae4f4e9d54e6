"""Do text messages travel like mails: by accounts of their own, under the same guarantees?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.test import Client

from config import clock
from notifications.delivery.deadletters import replay
from notifications.delivery.failures import redact
from notifications.delivery.models import Attempt, Call, DeadLetter, Outbox, Provider
from preferences.choices import choose
from preferences.models import Choice, Contact, Suppression
from preferences.suppression import suppress
from tests.people import make_contact
from tests.simulator.process import Process
from tests.texts import NUMBER, SENDER, SID, TEXT, make_text_provider, publish_text, text_type
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]


@pytest.fixture
def cleo(db: None) -> Contact:
    """Somebody with a phone."""
    return make_contact("cleo@example.com", first_name="Cleo", phone=NUMBER)


@pytest.fixture
def texts(mailbox: Process) -> Provider:
    """An account for text messages in every pool."""
    return make_text_provider(mailbox)


def _raise(contact: Contact, note: str = "on its way") -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17", "note": note})


def test_it_arrives_on_the_phone(cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None]) -> None:
    text_type()
    _raise(cleo)
    work()
    [mail] = mailbox.mails()
    assert mail["recipient"] == NUMBER
    assert mail["text"] == "Parcel 17 for Cleo: on its way\nReply STOP to stop."
    message, call = Message.objects.get(), Call.objects.get()
    assert (message.state, message.channel, message.recipient_domain) == ("sent", "sms", "")
    assert message.provider_message_id.startswith("SM")
    assert (call.channel, call.sender, call.headers, call.is_tracked) == ("sms", SENDER, {}, False)
    assert mail["message_id"] == str(message.pk)


def test_it_is_shown_as_it_was_sent_and_does_nothing(
    cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None], admin_client: Client
) -> None:
    text_type()
    _raise(cleo, note="<script>alert(1)</script> 🛵, and more")
    work()
    page = admin_client.get(f"/messages/{Message.objects.get().pk}/").content.decode()
    phone = requests.get(f"{mailbox.url}/inbox/{mailbox.accepts()[0]['number']}", timeout=5).text
    for shown in (page, phone):
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 🛵, and more" in shown
        assert "<script>alert" not in shown
        assert "2 segments" in shown
    assert "UCS-2" in page
    assert "· text message" in page


@pytest.mark.parametrize("stream", ["critical", "transactional", "notification", "marketing"])
def test_both_channels_drain_side_by_side(
    stream: str, cleo: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    make_text_provider(mailbox)
    parcel_type(stream=stream)
    text_type("parcel-text", stream=stream)
    _raise(cleo)
    work()
    assert {mail["recipient"] for mail in mailbox.mails()} == {"cleo@example.com", NUMBER}
    assert set(Message.objects.values_list("channel", "state")) == {("email", "sent"), ("sms", "sent")}


def test_without_an_account_it_waits_and_mail_goes_on(
    cleo: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type()
    text_type("parcel-text")
    _raise(cleo)
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == ["cleo@example.com"]
    assert Outbox.objects.get().channel == "sms"


def test_mail_never_goes_by_a_text_account(
    ada: Contact, texts: Provider, mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type()
    _raise(ada)
    work()
    assert mailbox.mails() == []
    assert Outbox.objects.get().state == "queued"


def test_without_a_number_it_is_not_sent(ada: Contact, texts: Provider, work: Callable[[], None]) -> None:
    text_type()
    _raise(ada)
    work()
    assert (Message.objects.get().state, Message.objects.get().reason) == ("skipped", "no_phone")


def test_without_a_number_mail_takes_its_place(
    ada: Contact, texts: Provider, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    text_type(channels=("sms", "email"))
    _raise(ada)
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == ["ada@example.com"]
    assert set(Message.objects.values_list("channel", "state", "reason")) == {
        ("sms", "skipped", "no_phone"), ("email", "sent", ""),
    }  # fmt: skip


def test_who_turned_the_first_way_off_gets_mail(
    cleo: Contact, texts: Provider, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    choose(cleo, Choice.Frequency.NEVER, type_key="parcel", channel="sms")
    text_type(channels=("sms", "email"))
    _raise(cleo)
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == ["cleo@example.com"]


def test_a_dead_mailbox_turns_no_mail_into_a_text_message(
    cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None]
) -> None:
    suppress(cleo, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL)
    text_type(channels=("email", "sms"))
    _raise(cleo)
    work()
    assert (Message.objects.get().channel, Message.objects.get().reason) == ("email", "suppressed_hard_bounce")


def test_with_a_number_the_next_way_is_only_for_those_who_ask(
    cleo: Contact, texts: Provider, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    text_type(channels=("sms", "email"))
    _raise(cleo)
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == [NUMBER]


@pytest.mark.parametrize("stream", ["critical", "transactional", "notification", "marketing"])
def test_who_turned_it_off_while_it_waited_does_not_get_it(
    stream: str, cleo: Contact, mailbox: Process, work: Callable[[], None]
) -> None:
    text_type(stream=stream)
    _raise(cleo)
    work()  # there is no account yet
    choose(cleo, Choice.Frequency.NEVER, type_key="parcel", channel="sms")
    make_text_provider(mailbox)
    work()
    assert (Message.objects.get().state, Message.objects.get().reason) == ("skipped", "type_channel_off")


def test_longer_than_a_text_message_may_be_is_a_dead_letter(
    cleo: Contact, texts: Provider, work: Callable[[], None]
) -> None:
    text_type()
    _raise(cleo, note="x" * 1601)
    work()
    assert Attempt.objects.get().code == "400:21617"
    assert Message.objects.get().state == "failed"
    assert DeadLetter.objects.get().cause == "permanent_message"


def test_a_dead_letter_goes_again_by_its_channel(
    cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None], admin_client: Client
) -> None:
    text_type(text="")
    _raise(cleo)
    work()
    letter = DeadLetter.objects.get()
    assert "The person&#x27;s address" not in admin_client.get(f"/dead-letters/{letter.pk}/").content.decode()
    publish_text("parcel", TEXT)
    assert replay([letter.pk], at=clock.now()).replayed == 1
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == [NUMBER]
    assert (Message.objects.get().state, Message.objects.get().recipient_domain) == ("sent", "")


def test_a_number_removed_meanwhile_ends_it(cleo: Contact, mailbox: Process, work: Callable[[], None]) -> None:
    text_type()
    _raise(cleo)
    work()
    make_text_provider(mailbox)
    Contact.objects.update(phone="")
    work()
    assert (Message.objects.get().state, Message.objects.get().reason) == ("skipped", "no_address")
    assert mailbox.mails() == []


def test_a_template_without_a_text_is_a_dead_letter(cleo: Contact, texts: Provider, work: Callable[[], None]) -> None:
    text_type(text="")
    _raise(cleo)
    work()
    assert DeadLetter.objects.get().cause == "nothing_to_carry"
    assert Message.objects.get().state == "failed"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"kind": "hang_after_accept", "seconds": 20}, "unknown"),
        ({"kind": "reset_after_accept"}, "unknown"),
        ({"kind": "broken_json"}, "unknown"),
        ({"kind": "status", "status": 500}, "unknown"),
        ({"kind": "429"}, "retrying"),
        ({"kind": "401"}, "queued"),
    ],
)
def test_faults(
    fault: dict[str, Any], state: str, cleo: Contact, texts: Provider, mailbox: Process,
    work: Callable[[], None], settings: Any,
) -> None:  # fmt: skip
    settings.ANYMAIL = {**settings.ANYMAIL, "REQUESTS_TIMEOUT": (2.0, 0.5)}
    mailbox.control("PUT", "faults", [{**fault, "provider": "twilio"}])
    text_type()
    _raise(cleo)
    work()
    assert Message.objects.get().state == state
    assert len(mailbox.accepts()) <= 1


def test_who_said_stop_to_twilio_has_said_it_here(
    cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None]
) -> None:
    mailbox.control("PUT", "faults", [{"kind": "partial_refusal", "provider": "twilio"}])
    text_type()
    _raise(cleo)
    work()
    assert Attempt.objects.get().code == "400:21610"
    assert list(Choice.objects.values_list("channel", "frequency")) == [("sms", "never")]
    _raise(cleo)
    work()
    assert Message.objects.latest("created_at").reason == "channel_off"


def test_a_number_that_is_none_is_stopped(texts: Provider, work: Callable[[], None]) -> None:
    make_contact("dora@example.com", phone="+12")  # came in by another way than the form
    text_type()
    _raise(Contact.objects.get())
    work()
    assert Attempt.objects.get().code == "400:21211"
    assert Suppression.objects.get().scope == "sms"
    _raise(Contact.objects.get())
    work()
    assert Message.objects.latest("created_at").reason == "suppressed_number"


def test_an_answer_is_kept_without_the_number() -> None:
    assert redact(f"The 'To' number {NUMBER} is not valid, nor is +1 (501) 712-2661.") == (
        "The 'To' number (number) is not valid, nor is (number)."
    )


def test_another_account_takes_over(cleo: Contact, mailbox: Process, work: Callable[[], None]) -> None:
    make_text_provider(mailbox, priority=1, sender="+1000")
    make_text_provider(mailbox, key="second", priority=2, sid=SID.replace("AC", "AC9")[:34])
    mailbox.control("PUT", "faults", [{"kind": "401", "provider": "twilio", "count": 1}])
    text_type()
    _raise(cleo)
    work()
    assert Message.objects.get().state == "sent"
    assert Message.objects.get().provider == "second"


def test_a_text_waits_behind_no_mail_of_its_order(
    cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type(ordered_by="number")
    text_type("parcel-text", ordered_by="number")
    _raise(cleo)
    work()  # there is no account for mail, so that one stays
    assert [mail["recipient"] for mail in mailbox.mails()] == [NUMBER]


def test_a_suppressed_mailbox_stops_no_text(
    cleo: Contact, texts: Provider, mailbox: Process, work: Callable[[], None]
) -> None:
    suppress(cleo, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL)
    text_type()
    _raise(cleo)
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == [NUMBER]
