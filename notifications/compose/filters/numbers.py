"""How are amounts and numbers written in a person's language?

A number may come as text, as JSON keeps prices. What is no number comes through unchanged.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.core import Locale
from babel.numbers import format_currency, format_decimal, format_percent
from liquid.filter import with_context

from notifications.compose.filters.bounds import Filter, as_text
from notifications.compose.filters.places import fit_spaces, place_of

if TYPE_CHECKING:
    from liquid import RenderContext

_NUMBER = re.compile(r"[+-]?\d{1,24}(?:\.\d{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LAST_DIGIT = re.compile(r"0(?:\.[0#]*)?(?=[^0#]*$)")
_MOST_DECIMALS = 12
_MOST_BITS = 80
_LONGEST = 40


def money(left: object, currency: object = "", *, context: RenderContext) -> str:
    """18,00 € for a German; `currency` is a code of ISO 4217, such as EUR."""
    amount = read_number(left)
    if amount is None:
        return as_text(left)
    return fit_spaces(_money(amount, as_text(currency).strip(), place_of(context).locale), context)


def number(left: object, decimals: object = None, *, context: RenderContext) -> str:
    """1.234,5 for a German; `decimals` fixes how many digits follow the comma."""
    amount = read_number(left)
    if amount is None:
        return as_text(left)
    return fit_spaces(_number(amount, _count(decimals), place_of(context).locale), context)


def percent(left: object, decimals: object = None, *, context: RenderContext) -> str:
    """25 % of a share of 0.25."""
    amount = read_number(left)
    if amount is None:
        return as_text(left)
    return fit_spaces(_percent(amount, _count(decimals) or 0, place_of(context).locale), context)


FILTERS: dict[str, Filter] = {function.__name__: with_context(function) for function in (money, number, percent)}


def read_number(left: object) -> Decimal | None:
    """The number that a value is, or is the plain text of; None for anything else, and for more than 24 digits."""
    if type(left) is float:
        left = format(Decimal(repr(left)), "f")  # never 1e-05
    if type(left) is not int and not isinstance(left, str):
        return None
    if type(left) is int and left.bit_length() > _MOST_BITS:
        return None  # too long to be written out
    text = str(left)
    return Decimal(text.strip()) if len(text) <= _LONGEST and _NUMBER.fullmatch(text.strip()) else None


def _count(decimals: object) -> int | None:
    found = read_number(decimals)
    return None if found is None else min(max(int(found), 0), _MOST_DECIMALS)


@lru_cache(maxsize=2048)
def _money(amount: Decimal, currency: str, locale: Locale) -> str:
    if _CURRENCY.fullmatch(currency):
        return format_currency(amount, currency, locale=locale)
    return f"{_number(amount, 2, locale)} {currency}".strip()


@lru_cache(maxsize=2048)
def _number(amount: Decimal, decimals: int | None, locale: Locale) -> str:
    if decimals is None:
        return format_decimal(amount, locale=locale, decimal_quantization=False)
    return format_decimal(amount, _with_decimals(locale.decimal_formats[None].pattern, decimals), locale=locale)


@lru_cache(maxsize=2048)
def _percent(amount: Decimal, decimals: int, locale: Locale) -> str:
    return format_percent(amount, _with_decimals(locale.percent_formats[None].pattern, decimals), locale=locale)


def _with_decimals(pattern: str, decimals: int) -> str:
    """The locale's own pattern (`#,##0.###`), with so many digits after the comma."""
    fraction = f".{'0' * decimals}" if decimals else ""
    return _LAST_DIGIT.sub(f"0{fraction}", pattern.split(";", maxsplit=1)[0])
