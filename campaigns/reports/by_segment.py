"""How did it go with those who are in a segment? Counted when somebody asks, of the people as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from campaigns.models import Segment
from campaigns.reports.figures import Counts, rate
from campaigns.reports.numbers import in_words
from campaigns.reports.people import mailing_of
from campaigns.reports.subjects import Subject
from campaigns.segments.conditions.mailings import FACTS, Mailing
from campaigns.segments.faults import BadRule
from campaigns.segments.running import LIVE_SECONDS, TooSlow, limited
from campaigns.segments.selection import select_people
from campaigns.segments.tree import read_condition

#: So many at a time, and so long for all of them.
MOST_SEGMENTS = 5
_COUNTED = ("sent", "delivered", "opened", "clicked", "converted", "unsubscribed", "bounced")
_SHOWN = ("sent", "opened", "clicked", "converted", "unsubscribed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number of a segment, its rate, and its people."""

    number: int
    rate: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentLine:
    """One segment with its numbers, in the order of `_SHOWN`; or why there are none."""

    segment: Segment
    cells: tuple[Cell, ...] = field(default=())
    fault: str = ""


def read_lines(subject: Subject, asked: Sequence[str], *, at: datetime) -> list[SegmentLine]:
    """The chosen segments, the first five; those that take too long say so."""
    ids = [int(one) for one in asked if one.isdecimal() and len(one) < 19]
    found = {one.pk: one for one in Segment.objects.filter(pk__in=ids)}
    ends_at = monotonic() + LIVE_SECONDS
    chosen = [found[one] for one in dict.fromkeys(ids) if one in found][:MOST_SEGMENTS]
    return [_read_line(subject, one, at=at, seconds=max(0.5, ends_at - monotonic())) for one in chosen]


def _read_line(subject: Subject, segment: Segment, *, at: datetime, seconds: float) -> SegmentLine:
    try:
        counts = _count(subject, segment, at=at, seconds=seconds)
    except (BadRule, TooSlow) as error:
        return SegmentLine(segment=segment, fault=str(error))
    return SegmentLine(segment=segment, cells=tuple(_cell(subject, segment, name, counts) for name in _SHOWN))


def _count(subject: Subject, segment: Segment, *, at: datetime, seconds: float) -> Counts:
    condition = read_condition({**mailing_of(subject), "fact": "sent"})
    assert isinstance(condition, Mailing)
    mails, people = condition.of(at), select_people(segment.rule, at=at, inside=(segment.pk,))
    numbers = ", ".join(f"count({FACTS[name][1]})" for name in _COUNTED)
    with limited(seconds) as cursor:
        cursor.execute(
            f"SELECT {numbers} FROM tracking_message m JOIN ({people.sql}) p ON p.id = m.contact_id WHERE {mails.sql}",
            (*people.parameters, *mails.values),
        )
        return dict(zip(_COUNTED, cursor.fetchone(), strict=True))


def _cell(subject: Subject, segment: Segment, name: str, counts: Counts) -> Cell:
    share = "" if name == "sent" else in_words(rate(name, counts))
    url = subject.people_url(name, segment=str(segment.pk))
    return Cell(number=counts[name], rate=share, url=url)
