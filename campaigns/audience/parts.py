"""Of which parts is an audience made? Segments, lists or everybody, less segments and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.models import Segment
from campaigns.segments.selection import BadRule, Selection, select_people
from preferences.models import ContactList


class BadAudience(ValueError):
    """An audience that cannot be selected; the message says what to mend, for a marketer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """As it is stored with a campaign: ids of segments and lists."""

    is_everybody: bool = False
    segments: tuple[int, ...] = ()
    lists: tuple[int, ...] = ()
    without_segments: tuple[int, ...] = ()
    without_lists: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody was chosen yet."""
        return not (self.is_everybody or self.segments or self.lists)

    def as_json(self) -> dict[str, Any]:
        """As `read_audience` takes it."""
        return {
            "everybody": self.is_everybody, "segments": list(self.segments), "lists": list(self.lists),
            "without_segments": list(self.without_segments), "without_lists": list(self.without_lists),
        }  # fmt: skip


def read_audience(stored: Mapping[str, Any]) -> Audience:
    """The audience that `as_json` wrote; what is missing is empty."""
    return Audience(
        is_everybody=bool(stored.get("everybody")), segments=_ids(stored, "segments"), lists=_ids(stored, "lists"),
        without_segments=_ids(stored, "without_segments"), without_lists=_ids(stored, "without_lists"),
    )  # fmt: skip


def _ids(stored: Mapping[str, Any], name: str) -> tuple[int, ...]:
    return tuple(int(one) for one in stored.get(name) or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The selections whose union is meant, and those that are taken away from it."""

    meant: tuple[Selection, ...]
    without: tuple[Selection, ...]


def select_parts(audience: Audience, *, at: datetime) -> Parts:
    """The SQL of each part. Raises BadAudience for what is gone, unreadable or empty."""
    if audience.is_empty:
        raise BadAudience("Nobody is chosen yet: pick segments, lists or everybody.")
    everybody = (select_people({}, at=at),) if audience.is_everybody else ()
    meant = (*everybody, *_segments(audience.segments, at=at), *_lists(audience.lists))
    without = (*_segments(audience.without_segments, at=at), *_lists(audience.without_lists))
    return Parts(meant=meant, without=without)


def _segments(ids: Sequence[int], *, at: datetime) -> tuple[Selection, ...]:
    found = Segment.objects.in_bulk(ids)
    return tuple(_segment(found.get(one), at=at) for one in ids)


def _segment(segment: Segment | None, *, at: datetime) -> Selection:
    if segment is None:
        raise BadAudience("A segment of this audience was deleted: take it out, or choose another.")
    try:
        return select_people(segment.rule, at=at)
    except BadRule as fault:
        raise BadAudience(f"The segment “{segment.name}” cannot be read: {fault}") from fault


def _lists(ids: Sequence[int]) -> tuple[Selection, ...]:
    known = set(ContactList.objects.filter(pk__in=ids).values_list("pk", flat=True))
    if known != set(ids):
        raise BadAudience("A list of this audience was deleted: take it out, or choose another.")
    sql = "SELECT lm.contact_id AS id FROM preferences_listmember lm WHERE lm.list_id = %s"
    return tuple(Selection(sql=sql, parameters=(one,)) for one in ids)


def name_parts(audience: Audience) -> tuple[list[str], list[str]]:
    """Names of what is meant, and of what is taken away, for reading."""
    segments = dict(Segment.objects.filter(pk__in=(*audience.segments, *audience.without_segments)).values_list("pk", "name"))  # fmt: skip # noqa: E501
    lists = dict(ContactList.objects.filter(pk__in=(*audience.lists, *audience.without_lists)).values_list("pk", "name"))  # fmt: skip # noqa: E501
    gone = "(deleted)"
    meant = [segments.get(one, gone) for one in audience.segments] + [lists.get(one, gone) for one in audience.lists]
    without = [segments.get(one, gone) for one in audience.without_segments]
    without += [lists.get(one, gone) for one in audience.without_lists]
    return (["everybody", *meant] if audience.is_everybody else meant), without
