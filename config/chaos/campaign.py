"""Whom does a scenario write to? So many made-up people, frozen at once, as a campaign does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from uuid import uuid4

from config.chaos.checker import Accepted
from config.loadtest.newsletter import publish_newsletter
from config.loadtest.people import address_of, ensure_people
from notifications.compose.models import TemplateVersion
from notifications.delivery.outbox import Submission, submit

TOPIC = "weekly-offers"
_SLICE = 2000


def freeze(accepted: Accepted, number: int, *, size: int, stream: str, due_at: datetime) -> None:
    """Submit a mail to each of so many people, in campaigns of `size`: mails of different ones share no call.

    A slice counts as accepted once its transaction has committed.
    """
    people, version = ensure_people(number), publish_newsletter()
    for first in range(0, number, size):
        source = f"chaos:{uuid4().hex[:12]}"
        last = min(first + size, number)
        frozen = accepted.recipients[source] = set()
        for start in range(first, last, _SLICE):
            part = people[start : min(start + _SLICE, last)]
            submit(_submissions(part, start, version, source=source, stream=stream, due_at=due_at))
            frozen.update(part)


def _submissions(
    people: Sequence[int], start: int, version: TemplateVersion, *, source: str, stream: str, due_at: datetime
) -> list[Submission]:
    return [
        Submission(
            contact_id=person,
            address=address_of(number),
            source=source,
            stream=stream,
            topic_key=TOPIC,
            template_version_id=version.pk,
            template_ref=version.ref,
            due_at=due_at,
        )
        for number, person in enumerate(people, start)
    ]


def count_matching(number: int, pattern: str) -> int:
    """How many of so many people have an address that matches a shell pattern."""
    return sum(fnmatchcase(address_of(one), pattern) for one in range(number))
