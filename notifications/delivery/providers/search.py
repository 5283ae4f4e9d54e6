"""How is a provider asked whether it has a mail? Politely, within seconds, and never believed when it says nothing.

An index may lag behind by minutes, so only a mail that is found settles anything.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import requests

from notifications.delivery.mail import Member

#: A whole search, however many questions it takes.
SEARCH_SECONDS = 10.0
_CONNECT_SECONDS = 3.0
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})

Found = dict[UUID, str]
#: Reads one answer; may raise what an answer of another shape than documented makes it raise.
Read = Callable[[Any], Found]
_Thing = TypeVar("_Thing")


class Searcher:
    """Questions over one connection, until time is up or one goes unanswered."""

    def __init__(self, session: requests.Session, *, seconds: float) -> None:
        self._session = session
        self._deadline = time.monotonic() + seconds
        self._found: Found = {}
        self._was_answered = False

    @property
    def result(self) -> Found | None:
        """What was found; None where not one question was answered."""
        return self._found if self._was_answered else None

    def ask(self, url: str, parameters: Mapping[str, str], read: Read) -> bool:
        """Whether an answer came and was understood; what it proves is kept."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return False
        try:
            answer = self._session.get(
                url, params=dict(parameters), timeout=(min(_CONNECT_SECONDS, left), left), allow_redirects=False
            )
            if answer.status_code != 200:
                return False
            self._found |= read(answer.json())
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError, IndexError):
            return False
        self._was_answered = True
        return True


@contextmanager
def searching(
    url: str, *, auth: tuple[str, str] | None = None, headers: Mapping[str, str] | None = None,
    seconds: float = SEARCH_SECONDS,
) -> Iterator[Searcher]:  # fmt: skip
    """A searcher for the API at `url`."""
    with requests.Session() as session:
        session.trust_env = urlsplit(url).hostname not in _LOCAL  # no proxy stands between us and ourselves
        session.auth = auth
        session.headers.update({"Accept": "application/json", **(headers or {})})
        yield Searcher(session, seconds=seconds)


def in_turn(members: Sequence[Member], size: int = 1) -> Iterator[Sequence[Member]]:
    """Members in groups, in another order each time: where time is up early, the next search begins elsewhere."""
    order = random.sample(members, len(members))
    for start in range(0, len(order), size):
        yield order[start : start + size]
