"""Who is behind a number of a report? The same question as a rule, so that it can be kept as a segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.models import Segment
from campaigns.reports.subjects import SOURCE, Subject
from campaigns.segments.conditions.mailing_parts import PARTS, UNKNOWN, say_part
from campaigns.segments.conditions.mailings import MAILS, Fact, Mailing
from campaigns.segments.faults import BadRule
from campaigns.segments.running import LIVE_SECONDS, limited
from campaigns.segments.tree import read_condition
from tracking.models import Message

#: What the message log calls a part.
_LOG_NAMES = {"reason": "left_because"}
_NOT_IN_THE_LOG = frozenset({"variant", "hour", "day", "domain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number of a report: what happened, in which part of it, and among whom."""

    subject: Subject
    fact: str
    by: str = ""
    value: str = ""
    segment: Segment | None = None

    @property
    def condition(self) -> dict[str, Any]:
        """What a rule asks."""
        part = {"by": self.by, "value": self.value} if self.by else {}
        return {**mailing_of(self.subject), "fact": self.fact, **part}

    @property
    def rule(self) -> dict[str, Any]:
        """The whole rule."""
        rules = [self.condition]
        if self.segment is not None:
            rules.append({"type": "segment", "segment": self.segment.pk, "is_so": True})
        return {"version": 1, "root": {"type": "group", "match": "all", "rules": rules}}

    @property
    def name(self) -> str:
        """ "Clicked Spring sale"."""
        found = _names()[self.fact].format(self.subject.title)
        parts = [say_part(self.by, self.value)] if self.by else []  # type: ignore[arg-type] # read_number saw to it
        if self.segment is not None:
            parts.append(self.segment.name)
        return f"{found} ({', '.join(parts)})" if parts else found

    @property
    def log_url(self) -> str:
        """The mails behind it, "" where the log cannot tell them apart."""
        if self.by in _NOT_IN_THE_LOG or self.fact in {"not_opened", "not_clicked"} or self.segment:
            return ""
        filters = {"fact": self.fact}
        if self.by == "link":
            version, _slash, link = self.value.partition("/")
            filters |= {"link": link, "version": version}
        elif self.by:
            filters[_LOG_NAMES.get(self.by, self.by)] = self.value
        return self.subject.log_url(**filters)


def mailing_of(subject: Subject) -> dict[str, Any]:
    """The condition that asks about a report's mails."""
    if subject.kind == SOURCE:
        return {"type": "mailing", "source": subject.key}
    return {"type": "mailing", "mail_type": subject.key, "days": subject.days}


def read_number(subject: Subject, asked: Mapping[str, str]) -> Number:
    """What an address asks for. Raises BadRule where nobody could have been counted so."""
    fact, by, value = asked.get("fact", "sent"), asked.get("by", ""), asked.get("value", "") or UNKNOWN
    if fact not in get_args(Fact) or by not in {"", *PARTS}:
        raise BadRule(_("A report has no such number."))
    number, segment = asked.get("segment", ""), None
    if number:
        segment = Segment.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
        if segment is None:
            raise BadRule(_("The segment was deleted. Choose another."))
    found = Number(subject=subject, fact=fact, by=by, value=value if by else "", segment=segment)
    read_condition(found.condition)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a number comes about: mails (or conversions), the people they went to, and who was erased since."""

    mails: int
    people: int
    erased: int
    is_of_conversions: bool = False

    @property
    def explained(self) -> str:
        """Why there are fewer people than the report counts; "" where there are as many."""
        said = []
        if self.mails != self.people:
            what = (
                ngettext("%(count)d conversion", "%(count)d conversions", self.mails)
                if self.is_of_conversions
                else ngettext("%(count)d mail", "%(count)d mails", self.mails)
            ) % {"count": self.mails}
            whom = ngettext("%(count)d person", "%(count)d people", self.people) % {"count": self.people}
            said.append(_("The report counts %(what)s, of %(whom)s.") % {"what": what, "whom": whom})
        if self.erased:
            said.append(
                ngettext(
                    "%(count)d of them was erased since, and is in no list.",
                    "%(count)d of them were erased since, and are in no list.", self.erased,
                ) % {"count": self.erased}
            )  # fmt: skip
        return " ".join(said)


def tally(number: Number, *, at: datetime) -> Tally:
    """Count the mails of a number and the people behind them as they are now. Raises BadRule, TooSlow."""
    condition = read_condition(number.condition)
    assert isinstance(condition, Mailing)
    tests = condition.matches(at)
    is_of_conversions = number.fact == "converted"
    mails = "count(*)"
    if is_of_conversions:
        mails = "sum((SELECT count(*) FROM tracking_conversion k WHERE k.message_id = m.id AND k.refunds = ''))"
    with limited(LIVE_SECONDS) as cursor:
        cursor.execute(
            f"SELECT {mails}, count(DISTINCT m.contact_id), count(DISTINCT m.contact_id) FILTER"
            f" (WHERE p.erased_at IS NOT NULL) {MAILS} WHERE {tests.sql}",
            tests.values,
        )
        row = cursor.fetchone()
    return Tally(mails=int(row[0] or 0), people=row[1], erased=row[2], is_of_conversions=is_of_conversions)


def find_mails(number: Number, contact_ids: list[int]) -> dict[int, Message]:
    """The newest mail of the report to each of these people."""
    own = {"source": number.subject.key} if number.subject.kind == SOURCE else {"type_key": number.subject.key}
    rows = Message.objects.filter(contact_id__in=contact_ids, **own).order_by("pk")
    return {one.contact_id: one for one in rows}


def _names() -> dict[str, str]:
    """How such lists are called."""
    return {
        "sent": _("Sent {0}"), "delivered": _("Received {0}"), "opened": _("Opened {0}"),
        "not_opened": _("Did not open {0}"), "clicked": _("Clicked {0}"), "not_clicked": _("Did not click {0}"),
        "converted": _("Converted after {0}"), "unsubscribed": _("Unsubscribed from {0}"),
        "bounced": _("Bounced: {0}"), "complained": _("Reported as spam: {0}"),
        "machine_opened": _("Opened by a machine: {0}"), "scanner_clicked": _("Clicked by a scanner: {0}"),
    }  # fmt: skip
