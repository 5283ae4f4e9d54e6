"""Does the plug-in in docs/adding-a-channel.md work as it stands there?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from config.queues import STREAMS
from notifications.catalog.channels import forget_channel
from notifications.catalog.registry import declare
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.versions import publish
from notifications.delivery.models import Call, PoolMember, Provider
from notifications.delivery.providers import forget_kind
from preferences.choices import choose
from preferences.links import preferences_url
from preferences.models import Choice, Contact
from tests.docs.pages import blocks
from tests.people import make_contact
from tests.simulator.listener import Listener
from tests.simulator.process import Process
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("D1")]


@pytest.fixture
def gateway(new_types: None) -> Iterator[Listener]:
    """The page's example, installed, and the gateway that it speaks to."""
    [example] = [one for one in blocks("docs/adding-a-channel.md", "python") if "register_channel(" in one]
    names: dict[str, Any] = {"__name__": "auctions.notifications"}
    listener = Listener()
    listener.status, listener.body = 202, b'{"id": "note-1"}'
    exec(compile(example, "docs/adding-a-channel.md", "exec"), names)
    declare(names["Outbid"])
    _publish()
    yield listener
    listener.close()
    forget_kind("acme-push")
    forget_channel("push")


@pytest.fixture
def account(gateway: Listener, db: None) -> Provider:
    provider = Provider(key="acme", kind="acme-push", is_simulated=True, options={"api_url": gateway.url})
    provider.set_credentials({"api_key": "key-1"})
    provider.save()
    PoolMember.objects.bulk_create(PoolMember(stream=stream, provider=provider) for stream in STREAMS)
    return provider


@pytest.fixture
def cleo(db: None) -> Contact:
    """Somebody with the app on her phone."""
    return make_contact("cleo@example.com", attributes={"push_token": "phone-of-cleo"})


def _publish() -> None:
    section = "<mj-section><mj-column><mj-text>Lot {{ payload.lot }}</mj-text></mj-column></mj-section>"
    source = TemplateSource(
        key="outbid", subject=_piece("Somebody bid {{ payload.price }}"), preheader=_piece(""), body=_piece(section),
        layout_name="bare", layout=_piece("<mjml><mj-body><mj-slot/></mj-body></mjml>"),
        text=_piece("Lot {{ payload.lot }} is at {{ payload.price }} now."),
    )  # fmt: skip
    publish("outbid", source, author="tests")


def _piece(text: str) -> Piece:
    return Piece(text=text, file="outbid.mjml")


def _outbid(contact: Contact) -> None:
    event.send(sender=None, name="bid.beaten", contact=contact, payload={"lot": "17", "price": "40 EUR"})


def test_it_arrives(account: Provider, gateway: Listener, cleo: Contact, work: Callable[[], None]) -> None:
    _outbid(cleo)
    work()
    [call] = gateway.received
    message = Message.objects.get()
    assert json.loads(call.body) == {
        "id": str(message.pk), "device": "phone-of-cleo", "from": "The auction house",
        "title": "Somebody bid 40 EUR", "body": "Lot 17 is at 40 EUR now.",
    }  # fmt: skip
    assert call.headers["Authorization"] == "Bearer key-1"
    assert (message.state, message.channel, message.provider_message_id) == ("sent", "push", "note-1")
    assert Call.objects.get().headers == {}


def test_who_has_no_token_gets_the_mail(
    account: Provider, gateway: Listener, providers: dict[str, Provider], mailbox: Process, ada: Contact,
    work: Callable[[], None],
) -> None:  # fmt: skip
    _outbid(ada)
    work()
    assert gateway.received == []
    assert [mail["recipient"] for mail in mailbox.mails()] == ["ada@example.com"]
    assert Message.objects.get(channel="push").reason == "no_address"


def test_who_removed_the_app_gets_the_next_one_by_mail(
    account: Provider, gateway: Listener, providers: dict[str, Provider], mailbox: Process, cleo: Contact,
    work: Callable[[], None],
) -> None:  # fmt: skip
    gateway.status = 410
    _outbid(cleo)
    work()
    assert Message.objects.get().state == "failed"
    cleo.refresh_from_db()
    assert cleo.attributes == {}
    _outbid(cleo)
    work()
    assert [mail["recipient"] for mail in mailbox.mails()] == ["cleo@example.com"]


def test_a_silent_gateway_leaves_it_unknown(
    account: Provider, gateway: Listener, cleo: Contact, work: Callable[[], None]
) -> None:
    gateway.status = 504
    _outbid(cleo)
    work()
    assert Message.objects.get().state == "unknown"


def test_a_person_turns_it_off_on_the_preference_page(
    account: Provider, gateway: Listener, cleo: Contact, visitor: Client, work: Callable[[], None]
) -> None:
    assert "Push message" in visitor.get(preferences_url(cleo.pk)).content.decode()
    choose(cleo, Choice.Frequency.NEVER, type_key="outbid", channel="push")
    _outbid(cleo)
    work()
    assert gateway.received == []
    assert Message.objects.get(channel="push").reason == "type_channel_off"
