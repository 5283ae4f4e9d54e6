"""Which fields say what a text, a number, a day or a list is compared with?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaigns.builder.controls import Control, Options, dig

_TEXT = (("is", "is"), ("is_not", "is not"), ("contains", "contains"), ("contains_not", "does not contain"),
         ("starts_with", "begins with"), ("ends_with", "ends with"), ("known", "is known"),
         ("unknown", "is unknown"))  # fmt: skip
_NUMBER = (("is", "is"), ("is_not", "is not"), ("more_than", "is more than"), ("at_least", "is at least"),
           ("less_than", "is less than"), ("at_most", "is at most"), ("between", "is between"), ("known", "is known"),
           ("unknown", "is unknown"))  # fmt: skip
_DATE = (("on", "is on"), ("not_on", "is not on"), ("before", "is before"), ("after", "is after"),
         ("between", "is between"), ("in_last", "is in the last"), ("in_next", "is in the next"),
         ("days_ago", "was exactly … ago"), ("days_ahead", "is in exactly …"),
         ("anniversary", "has its anniversary within"), ("known", "is known"), ("unknown", "is unknown"))  # fmt: skip
_FLAG = (("yes", "is yes"), ("no", "is no"), ("known", "is known"), ("unknown", "is unknown"))
_LIST = (("any", "has any of"), ("all", "has all of"), ("none", "has none of"), ("known", "is known"),
         ("unknown", "is unknown"))  # fmt: skip
_MOMENT = (("in_last", "in the last"), ("not_in_last", "not in the last"), ("before", "before"), ("after", "after"),
           ("on", "on"), ("between", "between"), ("ever", "at any time"), ("never", "never"))  # fmt: skip
_BARE = {"known", "unknown", "ever", "never"}
Path = Sequence[str | int]


def say_how(part: Any, path: Path, options: Options) -> Control:
    """The test itself."""
    first = options[0][0]
    return Control(path=(*path, "test_is"), label="Test", options=options, value=dig(part, [*path, "test_is"]),
                   otherwise=first, is_turning=True)  # fmt: skip


def text_fields(part: Any, path: Path = (), *, label: str = "Value") -> list[Control]:
    """A text and what it is compared with."""
    test = say_how(part, path, _TEXT)
    return [test] if test.shown in _BARE else [test, _values(part, path, label)]


def list_fields(part: Any) -> list[Control]:
    """A list and what should be in it."""
    test = say_how(part, (), _LIST)
    return [test] if test.shown in _BARE else [test, _values(part, (), "Values")]


def number_fields(part: Any, path: Path = ()) -> list[Control]:
    """A number and what it is compared with."""
    test = say_how(part, path, _NUMBER)
    names = [] if test.shown in _BARE else ["value", "until"] if test.shown == "between" else ["value"]
    return [test, *(_number(part, path, name) for name in names)]


def date_fields(part: Any, path: Path = ()) -> list[Control]:
    """A day and what it is compared with."""
    return _day_fields(part, path, say_how(part, path, _DATE))


def moment_fields(part: Any) -> list[Control]:
    """A moment and what it is compared with."""
    return _day_fields(part, (), say_how(part, (), _MOMENT))


def flag_fields(part: Any, path: Path = ()) -> list[Control]:
    """A yes-or-no value."""
    return [say_how(part, path, _FLAG)]


def yes_or_no(part: Any, yes: str, no: str) -> Control:
    """Whether it shall be so or not."""
    options = (("yes", yes), ("no", no))
    return Control(path=("is_so",), label="Test", options=options, value=part.get("is_so"), otherwise=True)


def _day_fields(part: Any, path: Path, test: Control) -> list[Control]:
    if test.shown in _BARE:
        return [test]
    if test.shown == "between":
        return [
            test,
            _field(part, path, "day", "date", "From"),
            _field(part, path, "until", "date", "Until", lead="and"),
        ]
    if test.shown in {"on", "not_on", "before", "after"}:
        return [test, _field(part, path, "day", "date", "Day")]
    hint = "0 is today" if test.shown == "anniversary" else ""
    return [test, _field(part, path, "days", "whole", "Days", hint=hint, tail="days")]


def _values(part: Any, path: Path, label: str) -> Control:
    value = dig(part, [*path, "values"])
    return Control(path=(*path, "values"), label=label, kind="words", value=value, hint="a, b, c")


def _number(part: Any, path: Path, name: str) -> Control:
    is_second = name == "until"
    return _field(part, path, name, "number", "Until" if is_second else "Number", lead="and" if is_second else "")


def _field(
    part: Any, path: Path, name: str, kind: Any, label: str, *, lead: str = "", hint: str = "", tail: str = ""
) -> Control:
    value = dig(part, [*path, name])
    return Control(path=(*path, name), label=label, kind=kind, value=value, hint=hint, lead=lead, tail=tail)
