"""How do words follow a number, and how short can a name get?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from liquid.filter import with_context

from notifications.compose.filters.bounds import Filter, as_text
from notifications.compose.filters.numbers import read_number
from notifications.compose.filters.places import place_of

if TYPE_CHECKING:
    from liquid import RenderContext

_MOST_INITIALS = 3
_LONGEST_NAME = 1_000
_CASES = ("zero", "one", "two", "few", "many", "other")


def pluralize(left: object, one: object = "", other: object = "", *, context: RenderContext, **cases: object) -> object:
    """The word that fits a number: `"item", "items"`, or by the language's own cases: `one: …, few: …, other: …`.

    The cases are those of Unicode's CLDR. A case that is not given is `other`; so is a value that is no number.
    """
    words = {"one": one, "other": other} | {name: word for name, word in cases.items() if name in _CASES}
    amount = read_number(left)
    case = "other" if amount is None else place_of(context).locale.plural_form(amount)
    return words.get(case) or words["other"] or words["one"]


def initials(left: object, most: object = 2) -> str:
    """AL for Ada Lovelace: the first letters of the first and the last word."""
    words = [word for word in as_text(left)[:_LONGEST_NAME].split() if word[0].isalnum()]
    wanted = read_number(most)
    count = 2 if wanted is None else min(max(int(wanted), 1), _MOST_INITIALS)
    chosen = words if len(words) <= count else [*words[: count - 1], words[-1]]
    return "".join(word[0].upper() for word in chosen)


FILTERS: dict[str, Filter] = {"pluralize": with_context(pluralize), "initials": initials}
