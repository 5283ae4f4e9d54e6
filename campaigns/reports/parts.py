"""By what are a report's mails told apart, in which words, and where does each part lead?"""

from __future__ import annotations

from dataclasses import dataclass

from babel.core import Locale
from django.utils.translation import gettext as _

from campaigns.reports.figures import Axis, Report, Row, rate
from campaigns.reports.numbers import in_words
from preferences.leaving import REASONS
from tracking.figures.families import DEVICE_NAMES, MAILBOX_NAMES

#: So many values of an axis are listed, the largest.
MOST_VALUES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One value of an axis with its share of the whole."""

    label: str
    number: int
    width: float
    detail: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """An axis and its values."""

    key: str
    title: str
    parts: tuple[Part, ...]


def breakdowns(report: Report) -> list[Breakdown]:
    """By what the mails went to."""
    titles = {
        Axis.MAILBOX: _("Mailbox provider"), Axis.DEVICE: _("Device"), Axis.COUNTRY: _("Country"),
        Axis.LOCALE: _("Language"),
    }  # fmt: skip
    found = [Breakdown(key=axis, title=title, parts=_parts(report, axis)) for axis, title in titles.items()]
    return [one for one in found if one.parts]


def reasons(report: Report) -> tuple[Part, ...]:
    """Why people unsubscribed."""
    rows = report.by(Axis.REASON)
    whole = sum(row.counts["unsubscribed"] for row in rows)
    names = {**{code: str(words) for code, words in REASONS.items()}, "": _("No reason given")}
    return tuple(
        Part(
            label=names.get(row.value, row.value), number=row.counts["unsubscribed"],
            width=round(100 * row.counts["unsubscribed"] / whole, 1) if whole else 0, detail="",
            url=report.subject.people_url("unsubscribed", "reason", row.value),
        )
        for row in rows
    )  # fmt: skip


def _parts(report: Report, axis: str) -> tuple[Part, ...]:
    """The largest values; devices are known of those only who opened or clicked."""
    rows = [row for row in report.by(axis) if axis != Axis.DEVICE or row.counts["opened"] + row.counts["clicked"]]
    size = "opened" if axis == Axis.DEVICE else "sent"
    rows = sorted(rows, key=lambda row: -row.counts[size])[:MOST_VALUES]
    whole = sum(row.counts[size] for row in report.by(axis))
    return tuple(_part(report, axis, row, size=size, whole=whole) for row in rows)


def _part(report: Report, axis: str, row: Row, *, size: str, whole: int) -> Part:
    counts = row.counts
    detail = (
        _("%(number)d clicked") % {"number": counts["clicked"]}
        if axis == Axis.DEVICE
        else _("opened %(opened)s, clicked %(clicked)s")
        % {name: in_words(rate(name, counts)) or "0 %" for name in ("opened", "clicked")}
    )
    if axis == Axis.MAILBOX:
        detail += _(", bounced %(share)s") % {"share": in_words(rate("bounced", counts)) or "0 %"}
    return Part(
        label=_label(axis, row.value), number=counts[size], width=round(100 * counts[size] / whole, 1) if whole else 0,
        detail=detail, url=report.subject.people_url("opened" if axis == Axis.DEVICE else "sent", str(axis), row.value),
    )  # fmt: skip


def _label(axis: str, value: str) -> str:
    english = Locale.parse("en")
    if axis == Axis.MAILBOX:
        return MAILBOX_NAMES.get(value, value)
    if axis == Axis.DEVICE:
        return DEVICE_NAMES.get(value, value)
    if axis == Axis.COUNTRY:
        return str(english.territories.get(value, value)) or _("Unknown")
    language = english.languages.get(value.partition("-")[0])
    return f"{language} ({value})" if language else value or _("Unknown")
