"""What do an SMTP server's answers mean? RFC 5321 4.2, RFC 3463."""

from __future__ import annotations

import re

from notifications.delivery.failures import Kind, Verdict, redact

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPUTATION = re.compile(
    r"block ?list|black ?list|reputation|spamhaus|rate|too many|throttl|barracuda|\brbl\b", re.IGNORECASE
)

_RECIPIENT = frozenset({550, 551, 553})  # mailbox unavailable, not local, name not allowed
_ACCOUNT = frozenset({530, 534, 535, 538})  # authentication required or failed, RFC 4954 6


def judge_answer(code: int, text: str) -> Verdict:
    """The verdict on one answer of an SMTP server, which says that it did not accept."""
    found = _ENHANCED.search(text)
    enhanced = found.group() if found else ""
    return _verdict(_kind(code, enhanced, text), code, enhanced, text)


def judge_sender_answer(code: int, text: str) -> Verdict:
    """The same of an answer to MAIL. What it refuses for good is the account or its sender, never the recipient,
    but for the size (552, 5.3.4; RFC 1870 6.1) and the letters of an address (5.6.7; RFC 6531 3.5)."""
    found = _ENHANCED.search(text)
    enhanced = found.group() if found else ""
    kind = _kind(code, enhanced, text)
    if code >= 500 and kind != Kind.CREDENTIALS_REFUSED:
        is_of_mail = code == 552 or enhanced == "5.3.4" or enhanced.startswith("5.6.")
        kind = Kind.PERMANENT_MESSAGE if is_of_mail else Kind.PROVIDER_WIDE
    return _verdict(kind, code, enhanced, text)


def _verdict(kind: Kind, code: int, enhanced: str, text: str) -> Verdict:
    return Verdict(kind=kind, code=enhanced or str(code), answer=redact(f"{code} {text}"))


def _kind(code: int, enhanced: str, text: str) -> Kind:
    if code in _ACCOUNT:
        return Kind.CREDENTIALS_REFUSED
    if (code == 421 or enhanced.startswith("5.7.")) and _REPUTATION.search(text):
        return Kind.BLOCKLISTED
    if 400 <= code < 500:
        return Kind.TRANSIENT
    if enhanced.startswith(("5.7.", "5.6.", "5.3.")):
        return Kind.PERMANENT_MESSAGE
    if code in _RECIPIENT or enhanced.startswith("5.1."):
        return Kind.PERMANENT_RECIPIENT
    return Kind.PERMANENT_MESSAGE
