"""How is an accepted mail shown again? From the call it came in, substituted on demand."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from . import smtp
from .journal import Journal
from .providers import registry
from .shapes import Accept, Batch, Mail, Refused

MOST_OPEN = 16  # parsed calls held; those of a storm of webhooks come close together


class BodyGone(Exception):
    """The call is older than the bodies that are kept."""


class Reader(Protocol):
    def reopen(self, path: str, content_type: str, body: bytes) -> Batch: ...


class Archive:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._open: OrderedDict[int, Batch] = OrderedDict()

    def mail(self, accept: Accept) -> Mail:
        """The mail of that accept; raises BodyGone."""
        return self._batch(accept).mail(accept.position, accept.provider_message_id)

    def _batch(self, accept: Accept) -> Batch:
        batch = self._open.pop(accept.call, None) or self._reopen(accept)
        self._open[accept.call] = batch
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return batch

    def _reopen(self, accept: Accept) -> Batch:
        path, content_type, body = self._journal.call_request(accept.call)
        if body is None:
            raise BodyGone(accept.number)
        try:
            return _reader(accept.provider).reopen(path, content_type, body)
        except (Refused, ValueError, KeyError) as error:
            raise BodyGone(accept.number) from error

    def clear(self) -> None:
        self._open.clear()


def _reader(provider: str) -> Reader:
    return smtp.mail if provider == "smtp" else registry()[provider].api
