"""What is an event worth? Which field of its payload is the amount, and how long a mail may claim it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from babel.numbers import format_currency
from django.conf import settings

#: Digits after the comma where they are not two. ISO 4217.
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF",
                     "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip
#: More than this is no price but a mistake; it also fits the column.
_MOST = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class EventValue:
    """A conversion: an event that mails are there for, and what it is worth.

    Paths lead through the payload ("order.total"). Without `amount` only its number counts. `refunds` names the event
    that this one takes back, wholly or in part: its amount is subtracted from the mail that the first one was put
    down to, which is found by the same `reference` (an order's number) of the same contact.
    """

    amount: str = ""
    currency: str = "EUR"  # a code of ISO 4217, or the path of one
    reference: str = ""
    refunds: str = ""
    click_window: timedelta | None = None  # None: POSTRIDER_CLICK_WINDOW_HOURS
    open_window: timedelta | None = None  # None: POSTRIDER_OPEN_WINDOW_HOURS

    @property
    def windows(self) -> tuple[int, int]:
        """Seconds after a click, and after an open, within which a mail may claim it."""
        clicked = timedelta(hours=settings.POSTRIDER_CLICK_WINDOW_HOURS)
        opened = timedelta(hours=settings.POSTRIDER_OPEN_WINDOW_HOURS)
        return _seconds(self.click_window, clicked), _seconds(self.open_window, opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one event was worth: minor units (cents) of a currency; "" where it has no amount."""

    amount: int
    currency: str
    reference: str


def read_worth(value: EventValue, payload: Mapping[str, Any]) -> Worth:
    """The worth of an event with this payload. What is no amount or no currency counts as none."""
    currency = value.currency if _is_code(value.currency) else str(at_path(payload, value.currency) or "").upper()
    units = to_minor_units(at_path(payload, value.amount), currency) if value.amount and _is_code(currency) else None
    sign = -1 if value.refunds else 1
    reference = at_path(payload, value.reference) if value.reference else ""
    return Worth(
        amount=0 if units is None else sign * abs(units),
        currency="" if units is None else currency,
        reference=str(reference if reference is not None else "")[:200],
    )


def to_minor_units(amount: object, currency: str) -> int | None:
    """1990 for "19.90" EUR, 500 for 500 JPY; None for what is no number."""
    if isinstance(amount, bool) or not isinstance(amount, (int, float, str, Decimal)):
        return None
    try:
        exact = Decimal(str(amount)).scaleb(digits_of(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    except (InvalidOperation, ValueError):
        return None
    return int(exact) if exact.is_finite() and abs(exact) <= _MOST else None


def spell_amount(units: int, currency: str) -> str:
    """€19.90; "" for what has no currency. For staff, whose console speaks English."""
    if not currency:
        return ""
    return format_currency(Decimal(units).scaleb(-digits_of(currency)), currency, locale="en")


def digits_of(currency: str) -> int:
    """How many digits after the comma a currency has."""
    return _DIGITS.get(currency, 2)


def at_path(payload: Mapping[str, Any], path: str) -> Any:
    """The value at "order.total", or None."""
    found: Any = payload
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _seconds(declared: timedelta | None, usual: timedelta) -> int:
    return int((usual if declared is None else declared).total_seconds())
