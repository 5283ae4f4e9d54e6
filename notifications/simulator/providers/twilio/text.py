"""What text message does the person of a call see?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean


class Text(NamedTuple):
    to: str
    sender: str
    is_service: bool  # the sender is a Messaging Service
    body: str
    callback: str


#: The alphabet of 3GPP TS 23.038 6.2.1, and what it writes as two.
_SINGLE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")


def count_segments(body: str) -> int:
    """In how many parts the network carries a text: https://www.twilio.com/docs/glossary/what-sms-character-limit"""
    if set(body) <= _SINGLE | _DOUBLE:
        units, alone, each = len(body) + sum(one in _DOUBLE for one in body), 160, 153
    else:
        units, alone, each = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= alone else -(-units // each)


class TextBatch:
    """One call: one message."""

    def __init__(self, text: Text) -> None:
        self.text = text

    @property
    def recipients(self) -> Sequence[str]:
        return [clean(self.text.to)]

    @property
    def subject(self) -> str:
        """The beginning of the text: a list of messages needs something to show."""
        return " ".join(clean(self.text.body).split())[:80]

    def identity(self, position: int) -> str:
        """Twilio takes no metadata: the sender's id is in the address for its reports."""
        query = parse_qs(urlsplit(self.text.callback).query)
        return clean(query.get("message", [""])[0])

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        return Mail(
            recipient=clean(self.text.to),
            subject="",
            html="",
            text=clean(self.text.body) if is_whole else "",
            headers=(("From", clean(self.text.sender)), ("Status-Callback", clean(self.text.callback))),
            metadata={"message_id": self.identity(0)},
        )
