"""How is an accepted mail shown again? From the call it came in, substituted on demand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from email.utils import formatdate
from typing import Protocol

from . import smtp
from .journal import Journal
from .providers import registry
from .shapes import Accept, Batch, Mail, Refused

# Parsed calls held; those of a storm of webhooks come close together.
MOST_OPEN = 16
MOST_OPEN_BYTES = 16 * 1024 * 1024


# A value of a type that no check foresaw must not stop what else is shown or told.
_UNREADABLE = (TypeError, ValueError, KeyError, AttributeError)


class BodyGone(Exception):
    """The call is older than the bodies that are kept, or cannot be read after all."""


class Reader(Protocol):
    def reopen(self, path: str, content_type: str, body: bytes) -> Batch: ...


class Archive:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open: OrderedDict[int, tuple[Batch, int]] = OrderedDict()  # with its body's size
        self._bytes = 0

    def mail(self, accept: Accept, *, is_whole: bool = True) -> Mail:
        """The mail of that accept, or its headers alone; raises BodyGone."""
        batch = self._batch(accept)
        try:
            mail = batch.mail(accept.position, accept.provider_message_id, is_whole=is_whole)
        except _UNREADABLE as error:
            raise BodyGone(accept.number) from error
        return _dated(mail, accept.at)

    def _batch(self, accept: Accept) -> Batch:
        found = self._open.get(accept.call)
        if found is not None:
            self._open.move_to_end(accept.call)
            return found[0]
        batch, size = self._reopen(accept)
        self._open[accept.call] = batch, size
        self._bytes += size
        while len(self._open) > 1 and (len(self._open) > MOST_OPEN or self._bytes > MOST_OPEN_BYTES):
            self._bytes -= self._open.popitem(last=False)[1][1]
        return batch

    def _reopen(self, accept: Accept) -> tuple[Batch, int]:
        path, content_type, body = self._journal.call_request(accept.call)
        if body is None:
            raise BodyGone(accept.number)
        try:
            return _reader(accept.provider).reopen(path, content_type, body), len(body)
        except (Refused, *_UNREADABLE) as error:
            raise BodyGone(accept.number) from error

    def clear(self) -> None:
        self._open.clear()
        self._bytes = 0


def _dated(mail: Mail, at: float) -> Mail:
    """Providers date a mail when they take it in, unless its sender did."""
    if mail.header("Date"):
        return mail
    return replace(mail, headers=(*mail.headers, ("Date", formatdate(at))))


def _reader(provider: str) -> Reader:
    return smtp.mail if provider == "smtp" else registry()[provider].api
