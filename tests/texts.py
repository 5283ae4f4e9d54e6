"""What do tests of text messages need? An account at Twilio that the simulator knows, and a type that goes by it."""

from __future__ import annotations

from typing import Any

from config.queues import STREAMS
from notifications.catalog import NotificationType, Stream
from notifications.catalog.registry import declare
from notifications.compose.models import TemplateVersion
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.versions import publish
from notifications.delivery.models import PoolMember, Provider
from tests.simulator.process import Process
from tests.types import Parcel

SID, TOKEN = "AC0123456789abcdef0123456789abcdef", "twilio-token"
SENDER = "+15005550006"
NUMBER = "+4915112345678"
TEXT = "Parcel {{ payload.number }} for {{ contact.first_name }}: {{ payload.note }}\nReply STOP to stop."


def make_text_provider(
    simulator: Process, *, key: str = "twilio", priority: int = 10, webhooks: str = "", sid: str = SID, **options: Any
) -> Provider:
    """An account in every pool; its reports and answers go to `webhooks`, if anywhere."""
    provider = Provider(
        key=key, kind="twilio", name=key.title(), is_simulated=True,
        options={"account_sid": sid, "sender": SENDER, **options},
    )  # fmt: skip
    provider.set_credentials({"auth_token": TOKEN})
    provider.save()
    PoolMember.objects.bulk_create(
        PoolMember(stream=stream, provider=provider, priority=priority) for stream in STREAMS
    )
    known: list[dict[str, Any]] = simulator.control("GET", "accounts")
    for one in known:
        one.pop("webhook_verification_key")
    address = f"{webhooks}/webhooks/twilio/{provider.webhook_key}/" if webhooks else ""
    account = {
        "provider": "twilio", "name": key, "api_key": sid, "password": TOKEN, "webhook_key": TOKEN,
        "webhook_url": address,
    }  # fmt: skip
    simulator.control("PUT", "accounts", [*known, account])
    return provider


def text_type(
    key: str = "parcel", *, stream: str = Stream.TRANSACTIONAL, text: str = TEXT, **attributes: Any
) -> type[NotificationType]:
    """A type caused by "parcel.sent" that goes as a text message, unless told otherwise."""
    publish_text(key, text)
    body = {
        "key": key, "stream": stream, "event": "parcel.sent", "payload": Parcel, "template": key, "channels": ("sms",),
        "topic": "parcels" if stream in {Stream.MARKETING, Stream.NOTIFICATION} else "", **attributes,
    }  # fmt: skip
    return declare(type("Texts", (NotificationType,), body))


def publish_text(key: str, text: str) -> TemplateVersion:
    """A published template with a mail and a text message; an empty text is none."""
    section = "<mj-section><mj-column><mj-text>Parcel {{ payload.number }}</mj-text></mj-column></mj-section>"
    source = TemplateSource(
        key=key, subject=_piece("Parcel {{ payload.number }}"), preheader=_piece(""), body=_piece(section),
        layout_name="bare", layout=_piece("<mjml><mj-body><mj-slot/></mj-body></mjml>"),
        sms=_piece(text) if text else None,
    )  # fmt: skip
    return publish(key, source, author="tests")


def _piece(text: str) -> Piece:
    return Piece(text=text, file="test.mjml")
