"""Is a mail whose answer was lost found again at its provider, and only that one?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import requests

from notifications.delivery.evidence import search_accepted
from notifications.delivery.mail import read_parcel
from notifications.delivery.models import Call, Outbox, Provider
from notifications.delivery.providers import kind_of, provider_kinds
from notifications.delivery.providers.search import Searcher
from preferences.models import Contact
from tests.accounts import only
from tests.odd_answers import NONSENSE, answer, listen_as
from tests.people import make_contacts
from tests.simulator.listener import Listener
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V7"),
]

KINDS = ["brevo", "mailgun", "mailjet", "postmark", "sparkpost"]
API_PATHS = {"mailjet": "v3.1/"}
ANOTHER = "0193b0a4-7a00-7000-8000-000000000001"

#: What each API says of one mail, the first of the call; `id` names it, `call` the call it belongs to.
ROWS: dict[str, Callable[[str, str, str], Any]] = {
    "brevo": lambda _id, call, to: {"events": [{"event": "requests", "email": to, "tag": call, "messageId": "<1@x>"}]},
    "mailgun": lambda id_, _call, to: {
        "items": [{"event": "accepted", "recipient": to, "user-variables": {"message_id": id_},
                   "message": {"headers": {"message-id": "1@x"}}}]
    },
    "mailjet": lambda id_, _call, _to: {"Data": [{"ID": 1, "CustomID": id_}]},
    "postmark": lambda id_, _call, to: {
        "Messages": [{"MessageID": "1", "Recipients": [to], "Metadata": {"message_id": id_}}]
    },
    "sparkpost": lambda id_, _call, _to: {
        "results": [{"type": "injection", "rcpt_meta": {"message_id": id_}, "transmission_id": "1"}]
    },
}  # fmt: skip


@pytest.fixture(params=KINDS)
def provider(request: pytest.FixtureRequest, providers: dict[str, Provider]) -> Provider:
    parcel_type(stream="marketing")
    return only(providers, request.param)


@pytest.fixture
def lose(mailbox: Process, work: Callable[[], None]) -> Callable[..., Call]:
    """Send to contacts and have the answer lost, before or after the provider took the mail."""

    def send(*contacts: Contact, fault: str = "reset_after_accept") -> Call:
        mailbox.control("PUT", "faults", [{"kind": fault, "count": 1}])
        for contact in contacts:
            event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})
        work()
        assert set(Message.objects.values_list("state", flat=True)) == {"unknown"}
        return Call.objects.select_related("provider").get()

    return send


def test_a_lost_answer_is_found_again(
    provider: Provider, ada: Contact, lose: Callable[..., Call], mailbox: Process
) -> None:
    found = search_accepted(lose(ada))
    [accept] = mailbox.accepts()
    assert list(found) == [Message.objects.get().pk] == [UUID(accept["message_id"])]
    if provider.kind != "mailgun":  # whose events name the Message-ID that we gave
        assert found[Message.objects.get().pk] == accept["provider_message_id"]


def test_a_whole_batch_is_found_again(provider: Provider, lose: Callable[..., Call], mailbox: Process) -> None:
    call = lose(*make_contacts(25))
    assert len(mailbox.accepts()) == 25
    assert set(search_accepted(call)) == set(Message.objects.values_list("pk", flat=True))


def test_what_was_never_taken_is_not_found(provider: Provider, ada: Contact, lose: Callable[..., Call]) -> None:
    call = lose(ada, fault="reset_before_accept")
    assert search_accepted(call) == {}
    assert kind_of(provider).find_accepted(read_parcel(call)) == {}  # answered, but not found


def test_what_was_settled_is_not_asked_for(provider: Provider, lose: Callable[..., Call], listener: Listener) -> None:
    call = lose(*make_contacts(2))
    settled = Outbox.objects.order_by("message_id").first()
    assert settled is not None
    settled.delete()
    assert settled.message_id not in search_accepted(call)
    Outbox.objects.all().delete()
    listen_as(provider, listener, path=API_PATHS.get(provider.kind, ""))
    assert search_accepted(_again(call)) == {}
    assert listener.received == []


def test_a_wrong_key_is_no_answer(provider: Provider, ada: Contact, lose: Callable[..., Call]) -> None:
    call = lose(ada)
    provider.set_credentials(dict.fromkeys(kind_of(provider).credentials, "wrong"))
    provider.save()
    assert search_accepted(_again(call)) == {}
    assert kind_of(provider).find_accepted(read_parcel(_again(call))) is None


def test_another_accounts_key_finds_nothing(
    provider: Provider, ada: Contact, lose: Callable[..., Call], mailbox: Process
) -> None:
    call = lose(ada)
    names = kind_of(provider).credentials
    own = next(one for one in mailbox.control("GET", "accounts") if one["provider"] == provider.kind)
    own.pop("webhook_verification_key")
    other = own | {"name": "other", "api_key": "other-key", "password": "other-key" if own["password"] else ""}
    mailbox.control("PUT", "accounts", [own, other])
    provider.set_credentials(dict.fromkeys(names, "other-key"))
    provider.save()
    assert kind_of(provider).find_accepted(read_parcel(_again(call))) == {}


def test_the_right_row_is_believed(
    provider: Provider, ada: Contact, lose: Callable[..., Call], listener: Listener
) -> None:
    call = _odd(provider, lose(ada), listener)
    message = Message.objects.get()
    answer(listener, 200, ROWS[provider.kind](str(message.pk), str(call.pk), "ada@example.com"))
    assert list(search_accepted(call)) == [message.pk]


def test_rows_of_other_mail_are_not_believed(
    provider: Provider, ada: Contact, lose: Callable[..., Call], listener: Listener
) -> None:
    call = _odd(provider, lose(ada), listener)
    answer(listener, 200, ROWS[provider.kind](ANOTHER, ANOTHER, "ada@example.com"))
    assert search_accepted(call) == {}


def test_an_answer_of_no_known_shape_is_none(
    provider: Provider, ada: Contact, lose: Callable[..., Call], listener: Listener
) -> None:
    call = _odd(provider, lose(ada), listener)
    for body in NONSENSE:
        answer(listener, 200, body)
        assert search_accepted(call) == {}, body


@pytest.mark.parametrize("kind", ["resend", "sendgrid", "smtp"])
def test_who_cannot_be_asked_is_not(kind: str, providers: dict[str, Provider]) -> None:
    assert not provider_kinds()[kind].has_search
    assert search_accepted(Call(provider=providers[kind])) == {}


def test_time_for_a_search_is_bounded(listener: Listener) -> None:
    answer(listener, 200, {})
    with requests.Session() as session:
        searcher = Searcher(session, seconds=0.2)
        assert searcher.ask(listener.url, {}, lambda _: {})
        time.sleep(0.25)
        assert not searcher.ask(listener.url, {}, lambda _: {})
    assert len(listener.received) == 1


def _odd(provider: Provider, call: Call, listener: Listener) -> Call:
    listen_as(provider, listener, path=API_PATHS.get(provider.kind, ""))
    return _again(call)


def _again(call: Call) -> Call:
    return Call.objects.select_related("provider").get(pk=call.pk)
