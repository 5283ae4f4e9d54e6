"""What does a mail that came in ask for, and what becomes of it? Today: to be left in peace.

Nothing of the mail is kept but whose wish it was, and nobody is ever answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from anymail.inbound import AnymailInboundMessage

from preferences.leave_mail import find_leave
from preferences.links import Leave
from tracking.leave_wishes import accept_wish

#: Headers that may name the mailbox a mail was for, beside the envelope.
_RECIPIENTS = ("To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To", "Resent-To")
#: What a vacation answer or a bounce says of itself: RFC 3834 5, and what programs wrote before it.
_ANSWERS = frozenset({"auto-replied", "auto-notified"})
_ANSWER_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")
_NOT_A_PERSON = frozenset({"multipart/report", "message/delivery-status", "message/disposition-notification"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail that came in by an authenticated webhook, as far as it matters: whom it was for and what kind it is."""

    recipients: Sequence[str]
    subject: str
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; only those that say it is automatic
    envelope_sender: str | None = None  # "" or "<>": a bounce
    event_key: str = ""  # what stays the same when the provider tells of the mail again

    @property
    def leave(self) -> Leave | None:
        """Whose wish it is to leave what; None where no name that we signed is in it."""
        return find_leave((*self.recipients, self.subject))

    @property
    def is_answer(self) -> bool:
        """Whether a machine wrote it in answer to a mail: then it is nobody's wish.

        `auto-generated` is none: that is what a mail program's unsubscribe button may write.
        """
        word = self.headers.get("auto-submitted", "").partition(";")[0].strip().casefold()
        is_told = word in _ANSWERS or any(name.lower() in self.headers for name in _ANSWER_HEADERS)
        is_reply = self.headers.get("precedence", "").strip().casefold() == "auto_reply"
        content_type = self.headers.get("content-type", "").partition(";")[0].strip().casefold()
        is_bounce = self.envelope_sender is not None and self.envelope_sender.strip("<> ") == ""
        return is_told or is_reply or is_bounce or content_type in _NOT_A_PERSON


def follow_letter(letter: Letter, *, provider_key: str) -> bool:
    """Store the wish in a letter; whether there was one."""
    leave = letter.leave
    if leave is not None:
        accept_wish(leave, provider=provider_key, event_key=letter.event_key, is_answer=letter.is_answer)
    return leave is not None


def read_letter(message: AnymailInboundMessage, *, event_key: object = "") -> Letter:
    """What matters of a mail that Anymail has taken apart."""
    named = [str(value) for name in _RECIPIENTS for value in message.get_all(name) or ()]
    telling = ("Auto-Submitted", "Precedence", "Content-Type", *_ANSWER_HEADERS)
    return Letter(
        recipients=[*([str(message.envelope_recipient)] if message.envelope_recipient else []), *named],
        subject=str(message.subject or ""), envelope_sender=message.envelope_sender,
        event_key=str(message["Message-ID"] or event_key or ""),
        headers={name.lower(): str(message[name]) for name in telling if message[name] is not None},
    )  # fmt: skip
