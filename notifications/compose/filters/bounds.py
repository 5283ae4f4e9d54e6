"""How are Liquid filters kept cheap and safe?

The library's filters trust their input: a few of them in a row can square a string, and one
marks its input as safe HTML. Here each is wrapped with a size check, the dangerous ones are
replaced or left out (`__init__.py` says which), and none turns a person's value into markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from liquid import Markup

from notifications.compose.limits import MAX_OUTPUT, TooCostly, refuse_oversized

Filter = Callable[..., Any]

# These rewrite text piece by piece. On already escaped text they could undo the escaping
# (`| escape | replace: "&lt;", "<"`), so they are given it as plain text: it is escaped again.
REWRITING = frozenset(("remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last", "split"))
QUADRATIC_LIMIT = 1_000  # items `uniq` may compare with one another
LONGEST_DATE = 64

_TAG = re.compile(r"<[^<>]*>")


def bounded(name: str, function: Filter) -> Filter:
    """The filter, refusing inputs and results that no mail needs."""
    estimate = ESTIMATES.get(name)

    @wraps(function)
    def checked(left: Any, /, *args: Any, **kwargs: Any) -> Any:
        refuse_oversized(left)
        for argument in (*args, *kwargs.values()):
            refuse_oversized(argument)
        if estimate is not None and estimate(left, *args) > MAX_OUTPUT:
            raise TooCostly(f"result of {name}")
        if name in REWRITING and isinstance(left, Markup):
            left = str(left)
        result = function(left, *args, **kwargs)
        refuse_oversized(result)
        return result

    return checked


def as_text(left: object) -> str:
    return "" if left is None else str(left)


def strip_html(left: object) -> str:
    """Text without tags. Linear in its input, which the library's own is not."""
    text = left if isinstance(left, str) else as_text(left)
    stripped = _TAG.sub("", text)
    return Markup(stripped) if isinstance(left, Markup) else stripped


def lenient_date(function: Filter) -> Filter:
    """The date filter; a value that is no date comes through unchanged, as Liquid promises."""

    @wraps(function)
    def formatted(left: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(left, str) and len(left) > LONGEST_DATE:
            return left
        try:
            return function(left, *args, **kwargs)
        except (ValueError, OverflowError, OSError):
            return as_text(left)

    return formatted


def _replaced_length(left: object, seq: object = "", sub: object = "") -> int:
    text = as_text(left)
    return len(text) + text.count(as_text(seq)) * len(as_text(sub))


def _joined_length(left: object, separator: object = " ") -> int:
    return len(left) * len(as_text(separator)) if isinstance(left, (list, tuple, range)) else 0


def _uniq_cost(left: object, *_: object) -> int:
    items = len(left) if isinstance(left, (list, tuple, range)) else 0
    return MAX_OUTPUT + 1 if items > QUADRATIC_LIMIT else 0


ESTIMATES: dict[str, Callable[..., int]] = {
    "replace": _replaced_length,
    "join": _joined_length,
    "uniq": _uniq_cost,
}
