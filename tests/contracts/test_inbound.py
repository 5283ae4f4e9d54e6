"""Does a mail to the mailbox of List-Unsubscribe unsubscribe its person, by every provider that brings mail in?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pytest_django.live_server_helper import LiveServer

from config.ids import new_id
from notifications.delivery.models import Provider
from preferences.leave_mail import leave_mailbox
from preferences.links import Leave, unsubscribe_url
from preferences.models import Choice, Contact, Topic
from tests.accounts import only, tell_inbound
from tests.letters_in import SECRETS, Incoming, bring
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message, MessageEvent, WebhookReceipt
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("P2"),
]

KINDS = ["brevo", "mailjet", "resend", "sendgrid", "ses", "sparkpost"]


@pytest.fixture(autouse=True)
def _domain(settings: Any) -> None:
    settings.POSTRIDER_INBOUND_DOMAIN = "in.example.com"


@pytest.fixture
def offers() -> Topic:
    return Topic.objects.create(key="offers", name="Weekly offers")


@pytest.fixture
def mail(ada: Contact) -> Message:
    return Message.objects.create(contact=ada, source=f"test:{new_id()}", stream="marketing", state="sent")


@pytest.fixture
def mailbox_name(mail: Message, offers: Topic) -> str:
    leave = Leave(contact_id=mail.contact_id, topic_id=offers.pk, message_id=mail.pk)
    return leave_mailbox(unsubscribe_url(leave))


@pytest.fixture(params=KINDS)
def provider(request: pytest.FixtureRequest, providers: dict[str, Provider]) -> Provider:
    found = providers[request.param]
    found.set_credentials({**found.read_credentials(), **SECRETS.get(found.kind, {})})
    found.save()
    return found


def test_a_mail_unsubscribes(provider: Provider, mailbox_name: str, mail: Message, work: Callable[[], None]) -> None:
    assert bring(provider, Incoming(to=f"Leave <{mailbox_name.upper()}>")) == 200
    assert not Choice.objects.exists()  # only stored, until a worker comes
    work()
    choice = Choice.objects.get()
    assert (choice.topic and choice.topic.key, choice.frequency, choice.source) == (
        "offers", "never", "unsubscribe by mail",
    )  # fmt: skip
    mail.refresh_from_db()
    assert mail.unsubscribed_at is not None


def test_the_name_may_stand_in_the_subject(provider: Provider, mailbox_name: str, work: Callable[[], None]) -> None:
    assert bring(provider, Incoming(to="hello@in.example.com", subject=f"Fwd: {mailbox_name}")) == 200
    work()
    assert Choice.objects.get().frequency == "never"


def test_fifty_times_the_same_mail_is_once(provider: Provider, mailbox_name: str, work: Callable[[], None]) -> None:
    assert {bring(provider, Incoming(to=mailbox_name)) for _ in range(50)} == {200}
    work()
    assert WebhookReceipt.objects.count() == 1
    assert MessageEvent.objects.filter(kind="unsubscribed").count() == 1


def test_nothing_of_the_mail_is_kept_but_whose_wish_it_was(provider: Provider, mailbox_name: str, ada: Contact) -> None:
    bring(provider, Incoming(to=mailbox_name, sender="dora@home.example", subject="I am Dora, leave me alone"))
    raw = str(WebhookReceipt.objects.get().raw)
    assert "dora" not in raw.lower()
    assert "@" not in raw


@pytest.mark.parametrize("spoil", ["cut", "forged", "swapped", "other purpose", "no token"])
def test_what_is_not_ours_changes_nothing(
    provider: Provider, mailbox_name: str, spoil: str, work: Callable[[], None]
) -> None:
    name, _, domain = mailbox_name.partition("@")
    token = name.removeprefix("out+")
    spoilt = {
        "cut": token[:-1], "forged": "a" * 58, "swapped": token[29:] + token[:29],
        "other purpose": unsubscribe_url(Leave(contact_id=1, topic_id=0, message_id=UUID(int=0))).rpartition("/")[2],
        "no token": "",
    }[spoil]  # fmt: skip
    assert bring(provider, Incoming(to=f"out+{spoilt}@{domain}")) == 200
    work()
    assert not Choice.objects.exists()
    assert not WebhookReceipt.objects.exists()


def test_a_stranger_is_refused(provider: Provider, mailbox_name: str, work: Callable[[], None]) -> None:
    assert bring(provider, Incoming(to=mailbox_name), is_authentic=False) in {401, 403}
    work()
    assert not WebhookReceipt.objects.exists()


def test_without_a_secret_nothing_is_taken(provider: Provider, mailbox_name: str) -> None:
    kept = {name: value for name, value in provider.read_credentials().items() if "secret" not in name}
    provider.set_credentials(kept)
    provider.save()
    assert bring(provider, Incoming(to=mailbox_name)) in {401, 403}
    assert not WebhookReceipt.objects.exists()


@pytest.mark.parametrize("header", [("Auto-Submitted", "auto-replied"), ("Auto-Submitted", "Auto-Replied; x=y"),
                                    ("Precedence", "auto_reply"), ("X-Autoreply", "yes")])  # fmt: skip
def test_an_automatic_answer_is_nobodys_wish(
    provider: Provider, mailbox_name: str, header: tuple[str, str], work: Callable[[], None]
) -> None:
    if provider.kind == "resend":
        pytest.skip("Resend's webhook does not tell the headers")
    assert bring(provider, Incoming(to=mailbox_name, headers=(header,))) == 200
    work()
    assert not Choice.objects.exists()
    assert "automatic answer" in WebhookReceipt.objects.get().problem


def test_what_a_mail_programs_button_writes_counts(
    provider: Provider, mailbox_name: str, work: Callable[[], None]
) -> None:
    assert bring(provider, Incoming(to=mailbox_name, headers=(("Auto-Submitted", "auto-generated"),))) == 200
    work()
    assert Choice.objects.exists()


@pytest.mark.parametrize("kind", ["mailgun", "postmark"])
@pytest.mark.parametrize("action", ["unsubscribe-by-mail", "vacation-answer"])
def test_a_person_of_the_simulator_leaves_by_mail(
    kind: str, action: str, ada: Contact, providers: dict[str, Provider], mailbox: Process, live_server: LiveServer,
    work: Callable[[], None],
) -> None:  # fmt: skip
    only(providers, kind)
    tell_inbound(mailbox, providers, live_server.url)
    parcel_type(stream="marketing")
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    [accept] = mailbox.accepts()
    for _ in range(2):
        told = mailbox.control("POST", "act", {"accept": accept["number"], "action": action})
        assert told["done"], told
    work()
    message = Message.objects.get()
    if action == "vacation-answer":
        assert not Choice.objects.exists()
        return
    assert Choice.objects.get().frequency == "never"
    assert message.unsubscribed_at is not None


@pytest.mark.parametrize("kind", ["mailgun", "postmark"])
def test_a_wrong_key_of_the_simulators_is_refused(
    kind: str, ada: Contact, providers: dict[str, Provider], mailbox: Process, live_server: LiveServer,
    work: Callable[[], None],
) -> None:  # fmt: skip
    provider = only(providers, kind)
    tell_inbound(mailbox, providers, live_server.url)
    parcel_type(stream="marketing")
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    wrong = {"webhook_signing_key": "another", "webhook_secret": "an:other"}
    provider.set_credentials({**provider.read_credentials(), **wrong})
    provider.save()
    [accept] = mailbox.accepts()
    told = mailbox.control("POST", "act", {"accept": accept["number"], "action": "unsubscribe-by-mail"})
    assert (told["done"], told["reason"]) == (False, "answered with 403")
    assert not WebhookReceipt.objects.exists()
