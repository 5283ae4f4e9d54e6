"""What is an event worth by its declaration?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tracking.worth import EventValue, Worth, read_worth

pytestmark = pytest.mark.req("K6")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("19.90", "EUR", 1990), (19.9, "EUR", 1990), (7, "EUR", 700), ("0.005", "EUR", 1), ("500", "JPY", 500),
        ("1.2345", "KWD", 1235), ("-3.00", "EUR", 300),
    ],
)  # fmt: skip
def test_amounts_become_minor_units(amount: Any, currency: str, units: int) -> None:
    value = EventValue(amount="total", currency="currency")
    assert read_worth(value, {"total": amount, "currency": currency}) == Worth(
        amount=units, currency=currency, reference=""
    )


@pytest.mark.parametrize("amount", ["a lot", None, True, [], "NaN", "Infinity", "1e40"])
def test_what_is_no_amount_counts_without_one(amount: Any) -> None:
    assert read_worth(EventValue(amount="total"), {"total": amount}) == Worth(amount=0, currency="", reference="")


@pytest.mark.parametrize("currency", ["euro", "", None, "12X"])
def test_what_is_no_currency_counts_without_one(currency: Any) -> None:
    worth = read_worth(EventValue(amount="total", currency="currency"), {"total": "5", "currency": currency})
    assert (worth.amount, worth.currency) == (0, "")


def test_a_refund_is_negative_whatever_its_sign() -> None:
    value = EventValue(amount="amount", refunds="order.placed")
    assert {read_worth(value, {"amount": amount}).amount for amount in ("5.00", "-5.00")} == {-500}


def test_paths_lead_through_the_payload() -> None:
    value = EventValue(amount="order.total", reference="order.number")
    worth = read_worth(value, {"order": {"total": "2.50", "number": 17}})
    assert worth == Worth(amount=250, currency="EUR", reference="17")


def test_windows_are_declared_or_the_settings(settings: Any) -> None:
    settings.POSTRIDER_CLICK_WINDOW_HOURS, settings.POSTRIDER_OPEN_WINDOW_HOURS = 2, 1
    assert EventValue().windows == (7200, 3600)
    assert EventValue(click_window=timedelta(days=30), open_window=timedelta()).windows == (2_592_000, 0)
