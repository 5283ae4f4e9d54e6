"""Which Liquid filters may a template use?

The library's, bounded, and our own, which write for the person of a mail; those in files by subject.
"""

from __future__ import annotations

from liquid import Environment

from notifications.compose.filters import addresses, dates, numbers, words
from notifications.compose.filters.bounds import Filter, as_text, bounded, lenient_date, strip_html

# `safe` and `escapejs` would let a value reach the mail as markup.
LEFT_OUT = ("safe", "escapejs")
#: Ours, by the name that templates call them by. docs/liquid.md shows each with an example.
OWN: dict[str, Filter] = {
    **dates.FILTERS,
    **numbers.FILTERS,
    **words.FILTERS,
    **addresses.FILTERS,
}


def install_filters(environment: Environment) -> None:
    """Replace the environment's filters by the bounded ones, and add our own."""
    for name in LEFT_OUT:
        del environment.filters[name]
    environment.filters["strip_html"] = strip_html
    environment.filters["date"] = lenient_date(environment.filters["date"])
    environment.filters.update(OWN)
    for name, function in environment.filters.items():
        environment.filters[name] = bounded(name, function)


def keep_plain(environment: Environment) -> None:
    """In subject and text nothing is markup, so the escaping filters leave text alone."""
    for name in ("escape", "escape_once", "newline_to_br"):
        environment.filters[name] = as_text


def reads_person(environment: Environment, name: str) -> bool:
    """Whether a filter's result depends on whom the mail is for, whatever it is applied to."""
    return bool(getattr(environment.filters.get(name), "with_context", False))
