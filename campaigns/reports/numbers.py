"""Which numbers does a report show, in which words, and where does each lead?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from campaigns.reports.figures import RATES, Axis, Report, rate
from tracking.worth import spell_amount


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
        return spell_amount(self.units, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A rate beside the median and another's, in words; `tone` says whether it is better than the median."""

    label: str
    own: str
    median: str
    other: str
    tone: str


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
            label=label, number=totals[name], url=subject.people_url(facts.get(name, name)),
            rate="" if name == "sent" else in_words(rate(name, totals)),
            width=round(100 * min(totals[name] / totals["sent"], 1), 1) if totals["sent"] else 0,
        )
        for name, label in labels.items()
    ]  # fmt: skip


def income(report: Report) -> list[Income]:
    """What the mails earned, by currency."""
    return [
        Income(
            currency=row.value, conversions=row.counts["conversions"], units=row.counts["revenue"],
            url=report.subject.people_url("converted", "currency", row.value),
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
            label=label, own=in_words(own[name]), median=in_words(medians[name]),
            other=in_words(other[name]) if other else "", tone=tell_tone(name, own[name], medians[name]),
        )
        for name, label in labels.items()
    ]  # fmt: skip


def in_words(share: float | None) -> str:
    """A share from 0 to 1 in per cent; "" where there is none."""
    return "" if share is None else percent(share, 1)


def tell_tone(name: str, own: float | None, usual: float | None) -> str:
    """Better or worse than usual by a tenth; "plain" for less than that."""
    if own is None or usual is None or abs(own - usual) <= 0.1 * usual:
        return "plain"
    is_more_better = name in {"delivered", "opened", "clicked", "conversions"}
    return "good" if (own > usual) == is_more_better else "bad"
