"""Is what sending again will do put into the right words?"""

from __future__ import annotations

import pytest

from notifications.deadletter_plan import read_rate, refused_in_words, take_time

pytestmark = pytest.mark.req("V5")


@pytest.mark.parametrize(
    ("number", "rate", "words"),
    [(212, 20.0, "11 s"), (1, 20.0, ""), (212, None, ""), (10_000, 1.0, "2 h 46 min"), (200_000, 2.0, "1 d 3 h")],
)
def test_how_long_it_takes(number: int, rate: float | None, words: str) -> None:
    assert take_time(number, rate) == words


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20", 20.0),
        ("0,5", 0.5),
        ("", None),
        (None, None),
        ("fast", None),
        ("-1", None),
        ("nan", None),
        ("1e9", 1000.0),
    ],
)
def test_a_rate_as_people_type_it(text: str | None, rate: float | None) -> None:
    assert read_rate(text) == rate


def test_refusals_most_frequent_first() -> None:
    assert refused_in_words({"expired": 1, "secrets_expired": 3}, gone=2) == [
        (3, "its secrets have expired, so it cannot be rendered any more"),
        (2, "it is no dead letter any more"),
        (1, "it is too late to be of use"),
    ]
