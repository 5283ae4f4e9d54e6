"""Which notification types do tests declare? Call inside a test that uses the `new_types` fixture."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from notifications.catalog import NotificationType, SecretStr, Stream
from notifications.catalog.registry import declare
from notifications.compose.models import TemplateVersion
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.versions import publish


class Parcel(BaseModel):
    number: str
    note: str = ""


class Reset(BaseModel):
    reset_url: SecretStr
    minutes: int = 30


def parcel_type_for_process() -> type[NotificationType]:
    """The transactional parcel type, in a process of its own that finds the template published."""
    body = {"key": "parcel", "stream": Stream.TRANSACTIONAL, "event": "parcel.sent", "payload": Parcel,
            "template": "parcel"}  # fmt: skip
    return declare(type("Parcels", (NotificationType,), body))


def parcel_type(
    key: str = "parcel", *, stream: str = Stream.TRANSACTIONAL, **attributes: Any
) -> type[NotificationType]:
    """A type caused by "parcel.sent" with a template of its own."""
    body = {
        "key": key, "stream": stream, "event": "parcel.sent", "payload": Parcel, "template": key,
        "topic": "parcels" if stream in {Stream.MARKETING, Stream.NOTIFICATION} else "",
        "legal_basis": "The law demands it." if attributes.get("is_required") else "", **attributes,
    }  # fmt: skip
    publish_template(key)
    return declare(type("Parcels", (NotificationType,), body))


def reset_type(**attributes: Any) -> type[NotificationType]:
    """A critical type with a secret, caused by "reset.asked"."""
    body = {
        "key": "reset", "stream": Stream.CRITICAL, "event": "reset.asked", "payload": Reset, "template": "reset",
        "expires_after": timedelta(hours=1), **attributes,
    }  # fmt: skip
    kind = declare(type("ResetType", (NotificationType,), body))
    publish_template("reset", subject="Reset", body='<mj-button href="{{ payload.reset_url }}">Choose</mj-button>')
    return kind


def publish_template(key: str, *, subject: str = "Parcel {{ payload.number }}", body: str = "") -> TemplateVersion:
    """A published template with a tracked link."""
    body = body or (
        "<mj-text>Hello {{ contact.first_name }}, parcel {{ payload.number }}: {{ payload.note }}</mj-text>"
        '<mj-button href="https://shop.example/track">Track it</mj-button>'
    )
    layout = "<mjml><mj-body><mj-slot/></mj-body></mjml>"
    section = f"<mj-section><mj-column>{body}</mj-column></mj-section>"
    source = TemplateSource(
        key=key, subject=_piece(subject), preheader=_piece(""), body=_piece(section), layout_name="bare",
        layout=_piece(layout),
    )  # fmt: skip
    return publish(key, source, author="tests")


def _piece(text: str) -> Piece:
    return Piece(text=text, file="test.mjml")
