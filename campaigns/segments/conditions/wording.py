"""How are tests said in plain words?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

_TEXT = {
    "is": "is {0}", "is_not": "is not {0}", "contains": "contains {0}", "contains_not": "does not contain {0}",
    "starts_with": "begins with {0}", "ends_with": "ends with {0}", "known": "is known", "unknown": "is unknown",
}  # fmt: skip
_NUMBER = {
    "is": "is {0}", "is_not": "is not {0}", "more_than": "is more than {0}", "at_least": "is at least {0}",
    "less_than": "is less than {0}", "at_most": "is at most {0}", "between": "is between {0} and {1}",
    "known": "is known", "unknown": "is unknown",
}  # fmt: skip
_DATE = {
    "on": "is {0}", "not_on": "is not {0}", "before": "is before {0}", "after": "is after {0}",
    "between": "is between {0} and {1}", "in_last": "is in the last {2}", "in_next": "is in the next {2}",
    "days_ago": "was {2} ago", "days_ahead": "is in {2}", "known": "is known", "unknown": "is unknown",
}  # fmt: skip
_FLAG = {"yes": "is yes", "no": "is no", "known": "is known", "unknown": "is unknown"}


def say_text(test: str, values: Sequence[str]) -> str:
    """ "is “a”, “b” or “c”"."""
    return _TEXT[test].format(list_words([f"“{one}”" for one in values], "or"))


def say_number(test: str, value: Decimal | None, until: Decimal | None) -> str:
    """ "is between 1 and 5"."""
    return _NUMBER[test].format(plain(value), plain(until))


def say_date(test: str, days: int, day: date | None, until: date | None) -> str:
    """ "is in the next 7 days"."""
    if test == "anniversary":
        return "has its day of the year today" if not days else f"has its day of the year in the next {count(days)}"
    return _DATE[test].format(day, until, count(days))


def say_flag(test: str) -> str:
    """ "is yes"."""
    return _FLAG[test]


def list_words(words: Sequence[str], last: str) -> str:
    """ "a, b or c"; of very many the first ones."""
    shown = [*words[:5], f"{len(words) - 5} others"] if len(words) > 6 else list(words)
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def count(days: int) -> str:
    """ "1 day", "7 days"."""
    return f"{days} day" if days == 1 else f"{days} days"


def plain(number: Decimal | None) -> str:
    """A number without needless zeros."""
    return "" if number is None else f"{number.normalize():f}"
