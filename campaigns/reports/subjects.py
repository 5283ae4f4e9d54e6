"""About what can a report be: one source, such as a campaign, or one type of mail? And what is it called?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from notifications.catalog import find_type

SOURCE, TYPE = "source", "type"
#: Lengths that a type's report can have, in days.
SPANS = (7, 30, 90, 365)

_titles: dict[str, Callable[[str], str]] = {}


def register_source_title(kind: str, title: Callable[[str], str]) -> None:
    """Say what sources "<kind>:<id>" are called; `title` gets the id and gives "" for what it does not know."""
    _titles[kind] = title


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Mails of one source, all of them; or of one type, created since `since` and before `until`."""

    kind: str
    key: str
    since: datetime | None = None
    until: datetime | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        if self.kind == TYPE:
            found = find_type(self.key)
            return str(found.title()) if found else self.key
        kind, _, identifier = self.key.partition(":")
        title = _titles.get(kind)
        return (title(identifier) if title else "") or self.key

    @property
    def url(self) -> str:
        """Its report."""
        return reverse(f"campaigns:report-{self.kind}", args=[self.key])

    @property
    def days(self) -> int:
        """How long a type's report is; 0 for a source."""
        return (self.until - self.since).days if self.since and self.until else 0

    def earlier(self, number: int) -> Subject:
        """The same type, so many periods before."""
        assert self.since
        assert self.until
        back = number * (self.until - self.since)
        return Subject(kind=self.kind, key=self.key, since=self.since - back, until=self.until - back)

    def people_url(self, fact: str, by: str = "", value: str = "", **more: str) -> str:
        """The people behind a number; `by` and `value` say which part is meant, "" is the unknown one."""
        part = {"by": by, "value": value or "-"} if by else {}
        days = {"days": str(self.days)} if self.days else {}
        address = reverse(f"campaigns:report-{self.kind}-people", args=[self.key])
        return f"{address}?{urlencode({'fact': fact, **part, **days, **more})}"

    def log_url(self, **filters: str) -> str:
        """The mails behind a number, in the log."""
        own = {"source": self.key} if self.kind == SOURCE else {"type": self.key}
        if self.since:
            own["after"] = f"{self.since:%Y-%m-%d}"
        return f"{reverse('notifications:messages')}?{urlencode({**own, **filters})}"


def source_subject(source: str) -> Subject:
    """The report of one source."""
    return Subject(kind=SOURCE, key=source)


def type_subject(key: str, *, days: int, at: datetime) -> Subject:
    """The report of a type over the last days, the day that it is included."""
    until = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Subject(kind=TYPE, key=key, since=until - timedelta(days=days), until=until)
