"""What does a provider's answer mean for the mail? One table a provider, one way to read it."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)


class Kind(StrEnum):
    """What a verdict says; see docs/adding-a-provider.md for what follows from each."""

    ACCEPTED = "accepted"  # the provider has it
    TRANSIENT = "transient"  # provably not accepted; trying again may help
    AMBIGUOUS = "ambiguous"  # may or may not have been accepted
    PERMANENT_MESSAGE = "permanent_message"  # this content will never be accepted
    PERMANENT_RECIPIENT = "permanent_recipient"  # this mailbox will never accept
    BLOCKLISTED = "blocklisted"  # reputation or rate at the recipient's domain
    PROVIDER_WIDE = "provider_wide"  # the account, not the mail: suspended, unpaid, its domain not verified
    CREDENTIALS_REFUSED = "credentials_refused"  # the account's key or password; never tried again until mended
    NOT_TRIED = "not_tried"  # the call ended before this member's turn
    BUG = "bug"  # an exception of ours; treated as transient three times


class Refusal(StrEnum):
    """What a code of a channel without mailboxes says of the number it was for."""

    DEAD = "dead"  # no such number, or one that can never take a message
    OPTED_OUT = "opted_out"  # the person said STOP
    PASSING = "passing"  # not now


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one member of a call. `answer` is redacted."""

    kind: Kind
    code: str = ""
    answer: str = ""
    retry_after: timedelta | None = None
    provider_message_id: str = ""


#: Keys are an HTTP status or (status, the provider's own error code); the latter is looked up first.
FailureTable = Mapping[int | tuple[int, str], Kind]

#: What a status means where a provider's own table says nothing. RFC 9110 15.5, 15.6; RFC 6585 4.
HTTP_STATUS: FailureTable = {
    400: Kind.PERMANENT_MESSAGE,
    401: Kind.CREDENTIALS_REFUSED,
    402: Kind.PROVIDER_WIDE,
    403: Kind.PROVIDER_WIDE,
    404: Kind.PROVIDER_WIDE,  # a wrong address or domain of the account's set-up
    408: Kind.AMBIGUOUS,
    409: Kind.AMBIGUOUS,
    413: Kind.PERMANENT_MESSAGE,
    422: Kind.PERMANENT_MESSAGE,
    429: Kind.TRANSIENT,
    500: Kind.AMBIGUOUS,
    502: Kind.AMBIGUOUS,
    503: Kind.TRANSIENT,
    504: Kind.AMBIGUOUS,
}

_ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]]+@[^\s<>\"',;:()\[\]]+")
_LINK = re.compile(r"https?://\S+")
_NUMBER = re.compile(r"\+[0-9][0-9 ()-]{5,17}[0-9]")
_BEFORE_ANY_BYTE = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLError", "ProxyError")


def redact(text: str) -> str:
    """A provider's answer without addresses, phone numbers and links, short enough for a column."""
    bare = _NUMBER.sub("(number)", _LINK.sub("(link)", _ADDRESS.sub("(address)", " ".join(text.split()))))
    return bare[:500]


def judge_exception(error: Exception, table: FailureTable, *, provider_code: str = "") -> Verdict:
    """The verdict on all members of an API call that raised."""
    if isinstance(error, AnymailInvalidAddress):
        return Verdict(kind=Kind.PERMANENT_RECIPIENT, code="invalid_address", answer=redact(str(error)))
    if isinstance(error, AnymailUnsupportedFeature | AnymailSerializationError):
        return Verdict(kind=Kind.PERMANENT_MESSAGE, code=type(error).__name__, answer=redact(str(error)))
    if isinstance(error, requests.RequestException) and getattr(error, "response", None) is None:
        return _judge_network(error)
    if isinstance(error, AnymailAPIError) and isinstance(error.response, requests.Response):
        return judge_response(error.response, table, provider_code)
    if isinstance(error, AnymailError):
        return Verdict(kind=Kind.PERMANENT_MESSAGE, code=type(error).__name__, answer=redact(str(error)))
    if _reads_an_answer(error):
        return Verdict(kind=Kind.AMBIGUOUS, code="unreadable_answer", answer=type(error).__name__)
    return Verdict(kind=Kind.BUG, code=type(error).__name__)


def _reads_an_answer(error: Exception) -> bool:
    """Whether it was raised while Anymail read the answer of a call that went out: the mail may be there."""
    return any(frame.name == "parse_recipient_status" for frame in traceback.extract_tb(error.__traceback__))


def _judge_network(error: requests.RequestException) -> Verdict:
    """Provably not sent only when the connection never stood; any later break leaves the question open."""
    code = type(error.__cause__ or error).__name__
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError) or _never_connected(error):
        return Verdict(kind=Kind.TRANSIENT, code=code, answer="no connection")
    return Verdict(kind=Kind.AMBIGUOUS, code=code, answer="the connection broke or timed out after the request")


def _never_connected(error: BaseException | None) -> bool:
    """Look through the chain of causes and reasons for one that says no byte was sent."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if type(error).__name__ in _BEFORE_ANY_BYTE:
            return True
        inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = getattr(error, "reason", None) or error.__cause__ or error.__context__ or inner
        if not isinstance(error, BaseException):
            return False
    return False


def judge_response(response: requests.Response, table: FailureTable, provider_code: str) -> Verdict:
    """The verdict on an answer that is no accept."""
    status = response.status_code
    answer = redact(response.text[:2000])
    if 200 <= status < 300:
        return Verdict(kind=Kind.AMBIGUOUS, code=f"{status}_unreadable", answer=answer)
    kind = table.get((status, provider_code)) or table.get(status) or HTTP_STATUS.get(status)
    if kind is None:
        kind = Kind.AMBIGUOUS if status >= 500 else Kind.PERMANENT_MESSAGE
    code = f"{status}:{provider_code}" if provider_code else str(status)
    return Verdict(kind=kind, code=code[:64], answer=answer, retry_after=read_retry_after(response.headers))


def read_retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> timedelta | None:
    """Retry-After as seconds or a date (RFC 9110 10.2.3); at most a day; None when absent or unreadable."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return min(timedelta(seconds=int(text)), timedelta(days=1)) if len(text) < 8 else timedelta(days=1)
    try:
        wait = parsedate_to_datetime(text) - (now or datetime.now(UTC))
    except (TypeError, ValueError):
        return None
    return min(max(wait, timedelta()), timedelta(days=1))
