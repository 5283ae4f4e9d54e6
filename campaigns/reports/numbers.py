"""Which numbers does a report show, in which words, and where does each lead?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency
from django.utils.translation import gettext as _

from campaigns.reports.figures import RATES, Axis, Report, Row, rate
from preferences.leaving import REASONS
from tracking.figures.families import DEVICE_NAMES, MAILBOX_NAMES
from tracking.worth import digits_of

#: Values of an axis that are listed; the others are summed up.
MOST_VALUES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number, its rate, and the mails behind it."""

    label: str
    number: int
    rate: str
    width: float  # per cent of the sent, for the funnel
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """Conversions and what they brought, in one currency; "" for those without an amount."""

    currency: str
    conversions: int
    units: int
    url: str = ""

    @property
    def amount(self) -> str:
        """€1,234.50"""
        if not self.currency:
            return ""
        value = Decimal(self.units).scaleb(-digits_of(self.currency))
        return format_currency(value, self.currency, locale=Locale.parse("en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A rate beside the median and another's, in words; `tone` says whether it is better than the median."""

    label: str
    own: str
    median: str
    other: str
    tone: str


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


def percent(part: int | float, whole: int | float) -> str:
    """12.3 %, with as many digits as small rates need; "" without a whole."""
    if not whole:
        return ""
    share = 100 * part / whole
    return f"{share:.2f} %" if 0 < share < 1 else f"{share:.1f} %"


def tiles(report: Report) -> list[Tile]:
    """The funnel and what went wrong."""
    totals, subject = report.totals, report.subject
    labels = {
        "sent": _("Sent"), "delivered": _("Delivered"), "opened": _("Opened"), "clicked": _("Clicked"),
        "conversions": _("Converted"), "unsubscribed": _("Unsubscribed"), "bounced": _("Bounced"),
        "complained": _("Spam reports"), "machine_opened": _("Opened by machines"),
        "scanner_clicked": _("Clicked by scanners"),
    }  # fmt: skip
    facts = {"conversions": "converted"}
    return [
        Tile(
            label=label, number=totals[name], url=subject.log_url(fact=facts.get(name, name)),
            rate="" if name == "sent" else _in_words(rate(name, totals)),
            width=round(100 * min(totals[name] / totals["sent"], 1), 1) if totals["sent"] else 0,
        )
        for name, label in labels.items()
    ]  # fmt: skip


def income(report: Report) -> list[Income]:
    """What the mails earned, by currency."""
    return [
        Income(
            currency=row.value, conversions=row.counts["conversions"], units=row.counts["revenue"],
            url=report.subject.log_url(currency=row.value or "-"),
        )
        for row in report.by(Axis.CURRENCY)
    ]  # fmt: skip


def compare(
    report: Report, medians: Mapping[str, float | None], other: Mapping[str, float | None] | None
) -> list[Compared]:
    """Each rate beside the usual one."""
    labels = {
        "delivered": _("Delivered"), "opened": _("Opened"), "clicked": _("Clicked"), "conversions": _("Converted"),
        "unsubscribed": _("Unsubscribed"), "bounced": _("Bounced"), "complained": _("Spam reports"),
    }  # fmt: skip
    own = {name: rate(name, report.totals) for name in RATES}
    return [
        Compared(
            label=label, own=_in_words(own[name]), median=_in_words(medians[name]),
            other=_in_words(other[name]) if other else "", tone=_tone(name, own[name], medians[name]),
        )
        for name, label in labels.items()
    ]  # fmt: skip


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
            url=report.subject.log_url(left_because=row.value or "-"),
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
    shares = {
        "opened": _in_words(rate("opened", counts)), "clicked": _in_words(rate("clicked", counts)),
        "bounced": _in_words(rate("bounced", counts)),
    }  # fmt: skip
    detail = (
        _("%(number)d clicked") % {"number": counts["clicked"]}
        if axis == Axis.DEVICE
        else _("opened %(opened)s · clicked %(clicked)s · bounced %(bounced)s")
        % {name: share or "0 %" for name, share in shares.items()}
    )
    fact = {"fact": "opened"} if axis == Axis.DEVICE else {"fact": "sent"}
    return Part(
        label=_label(axis, row.value), number=counts[size], width=round(100 * counts[size] / whole, 1) if whole else 0,
        detail=detail, url=report.subject.log_url(**fact, **{str(axis): row.value or "-"}),
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


def _in_words(share: float | None) -> str:
    return "" if share is None else percent(share, 1)


def _tone(name: str, own: float | None, usual: float | None) -> str:
    """Better or worse than usual by a tenth; "plain" for less than that."""
    if own is None or usual is None or abs(own - usual) <= 0.1 * usual:
        return "plain"
    is_more_better = name in {"delivered", "opened", "clicked", "conversions"}
    return "good" if (own > usual) == is_more_better else "bad"
