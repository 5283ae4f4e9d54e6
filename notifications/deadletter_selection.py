"""Which dead letters does a press of a button mean: the ticked ones, those on the page, or all that match?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.dateparse import parse_datetime

from notifications.deadletter_filters import Letters, matching
from notifications.delivery.models import DeadLetter
from notifications.filters import as_uuid

#: One press takes at most so many, oldest first; what is left is a second press.
MOST_AT_ONCE = 10_000
#: From so many on, the number must be typed before anything is done.
TYPED_FROM = 51


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The chosen letters: by id, or (`ids` is None) all that match `query` and had died when the person looked."""

    ids: tuple[UUID, ...] | None
    query: str
    looked_at: datetime

    @property
    def letters(self) -> Letters:
        """The rows that are meant, as they are now."""
        if self.ids is not None:
            return DeadLetter.objects.filter(pk__in=self.ids)
        return matching(QueryDict(self.query)).filter(died_at__lte=self.looked_at)

    def taken(self) -> list[UUID]:
        """The ids that one press takes, the oldest death first."""
        return list(self.letters.order_by("died_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])

    def fields(self) -> list[tuple[str, str]]:
        """Names and values that say the same again in the next step's form."""
        if self.ids is not None:
            return [("scope", "ticked"), ("query", self.query), *(("ticked", str(one)) for one in self.ids)]
        return [("scope", "all"), ("query", self.query), ("looked_at", self.looked_at.isoformat())]


def read_selection(request: HttpRequest, *, at: datetime) -> Selection:
    """What the form says. Nothing ticked is an empty selection, never all."""
    query = request.POST.get("query", "")
    if request.POST.get("scope") == "all":
        return Selection(ids=None, query=query, looked_at=_read_time(request.POST.get("looked_at")) or at)
    name = "on_page" if request.POST.get("scope") == "page" else "ticked"
    return Selection(ids=tuple(_ids(request.POST.getlist(name))), query=query, looked_at=at)


def has_typed(request: HttpRequest, number: int) -> bool:
    """Whether the person confirmed this very number, which only large ones ask for."""
    return number < TYPED_FROM or request.POST.get("typed", "").replace(",", "").strip() == str(number)


def _ids(texts: Iterable[str]) -> list[UUID]:
    return [found for text in texts if (found := as_uuid(text))]


def _read_time(text: str | None) -> datetime | None:
    try:
        at = parse_datetime(text or "")
    except ValueError:
        return None
    return at if at is not None and at.tzinfo else None
