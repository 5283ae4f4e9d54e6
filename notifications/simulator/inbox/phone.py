"""How does a text message look? As on a phone."""

from __future__ import annotations

from html import escape

from notifications.simulator.providers import registry
from notifications.simulator.providers.twilio.text import count_segments
from notifications.simulator.shapes import Accept, Mail

#: Buttons of the page: action, label, what happens.
BUTTONS = (
    ("deliver", "Deliver", "The network tells that the message arrived"),
    ("soft-bounce", "Switched off", "The network tells that the phone cannot be reached now"),
    ("bounce", "No such number", "The network tells that nobody has this number"),
    ("unsubscribe", "Reply STOP", "The person answers STOP"),
)


def is_text(provider: str) -> bool:
    """Whether a provider's messages are texts for a phone."""
    known = registry().get(provider)
    return bool(known and getattr(known.api, "IS_TEXT", False))


def show_phone(accept: Accept, mail: Mail) -> str:
    """The message as a bubble, below who sent it."""
    sender, segments = escape(mail.header("From")), count_segments(mail.text)
    return f"""<div class="handset" role="img" aria-label="The message on a phone">
  <p class="caller">{sender}</p>
  <p class="bubble">{escape(mail.text)}</p>
</div><p class="count">{len(mail.text):,} characters, {segments} segment{"" if segments == 1 else "s"}</p>"""
