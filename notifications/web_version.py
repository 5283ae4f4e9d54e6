"""What does a mail say in a browser? To everybody without anything personal, to its recipient as it was sent.

Nothing on either page acts for the person: no link in it is counted or carries a token of theirs, and reading it
counts as no open.
"""

from __future__ import annotations

import html
import re
from typing import Any
from uuid import UUID

from django.conf import settings

from notifications.catalog.channels import EMAIL
from notifications.catalog.registry import find_type
from notifications.catalog.types import NotificationType
from notifications.compose.render import RenderFault, join, load_version, render
from notifications.delivery.mail import has_web_version, show_mail
from notifications.delivery.models import Call
from tracking.links import find_target
from tracking.models import Message
from tracking.web_links import web_version_url, yours_url

_NO_MESSAGE = UUID(int=0)
_PIXEL = re.compile(r'<img src="[^"<>]*/o/[\w-]+\.gif"[^<>]*>')


def find_shown(message_id: UUID) -> Message | None:
    """The mail, if it is one that may be read in a browser."""
    message = Message.objects.filter(pk=message_id, channel=EMAIL).select_related("contact", "event").first()
    if message is None or message.template_version_id is None:
        return None
    kind = find_type(message.type_key)
    is_public = has_web_version(message.stream, is_required=kind is not None and kind.is_required)
    return message if is_public else None


def write_for_all(message: Message) -> str:
    """The mail as HTML without anything personal: contact and payload give way to the template's defaults.

    "" where it says nothing without them.
    """
    assert message.template_version_id is not None
    version = load_version(message.template_version_id, tracked=False)
    variables: dict[str, Any] = {
        "contact": {}, "payload": _shared_payload(message), "brand": settings.POSTRIDER_BRAND,
        "unsubscribe_url": yours_url(), "preferences_url": yours_url(),
        "web_version_url": web_version_url(message.pk), "message_id": str(_NO_MESSAGE),
    }  # fmt: skip
    try:
        values = render(version, variables, token="everybody")  # noqa: S106 - no password
    except RenderFault:
        return ""
    return join(version.html, values, token="everybody")  # noqa: S106 - no password


def _shared_payload(message: Message) -> dict[str, Any]:
    """What of the event's payload its type declares to be the same for everybody."""
    kind: type[NotificationType] | None = find_type(message.type_key)
    if kind is None or message.event is None:
        return {}
    return {name: message.event.payload[name] for name in kind.shared_fields if name in message.event.payload}


def write_own(message: Message) -> str:
    """The mail as HTML as its recipient got it, links uncounted; "" where what was sent is not kept."""
    for call in Call.objects.filter(pk__in=message.call_ids).select_related("provider").order_by("-created_at"):
        if shown := show_mail(call, message.pk):
            return _disarm(shown.html, message)
    return ""


def _disarm(text: str, message: Message) -> str:
    """Counted links lead straight to their addresses; links that act for the person lead to a word about them."""
    public = re.escape(settings.POSTRIDER_PUBLIC_URL)

    def straight(found: re.Match[str]) -> str:
        number, index = int(found[1]), found[2]
        target = find_target(message, number, int(index) if index else None)
        return html.escape(target) if target else yours_url()

    text = _PIXEL.sub("", text)
    text = re.sub(rf"{public}/c/[\w-]+/(\d+)(?:\.(\d+))?", straight, text)
    return re.sub(rf"{public}/(?:u|p|confirm)/[\w/-]+", yours_url(), text)
