"""Whose mail would have a blank in it? Every variable that a mail reads, and how many of an audience have no value.

One statement counts them all, whatever their number, within some seconds. Where it would take longer, a part of the
contacts stands for all, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notifications.blank_counting import AGGREGATES, count_at, guess_contacts
from notifications.compose.loading import DOCUMENTS
from notifications.compose.preflight.scopes import Use, read_uses
from notifications.compose.preflight.variables import spell
from notifications.compose.reading import Reading
from preferences.audiences import Audience

#: Longest a count may take, and with how many contacts at the most (by the planner's guess) it is begun at all.
SECONDS, COUNTED_ALL = 5.0, 3_000_000
#: About so many contacts stand for all where they cannot be counted.
SAMPLE = 50_000


class TooSlow(Exception):
    """Not even a part of this audience could be looked at in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What a mail reads of the world. `caught`: what stands in where it is blank, "" for nothing."""

    reading: Reading
    is_written: bool
    caught: str

    @property
    def name(self) -> str:
        return spell(self.reading)

    @property
    def is_countable(self) -> bool:
        """Whether a contact has one such value: it does not come with the event, nor once for each item of a list."""
        return self.root == "contact" and None not in self.reading

    @property
    def root(self) -> str:
        return str(self.reading[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A variable of the contact: how many have no value, and some of them."""

    variable: Variable
    count: int
    share: float  # of those looked at, 0 to 1
    contact_ids: tuple[int, ...]

    @property
    def percent(self) -> str:
        """The share in words: of many, one is not nobody."""
        return "< 0.1 %" if 0 < self.share < 0.001 else f"{self.share:.1%}".replace("%", " %")

    @property
    def is_felt(self) -> bool:
        """Whether somebody would read a gap."""
        return bool(self.count) and self.variable.is_written and not self.variable.caught


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankReport:
    """The contact's variables, the most often felt first; and those that cannot be counted."""

    blanks: tuple[Blank, ...]
    others: tuple[Variable, ...]
    looked_at: int
    is_sample: bool


def find_variables(compiled: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[Variable]:
    """What the documents of a mail read, by name; nothing of the brand or the mail itself, which are never blank."""
    uses: dict[Reading, list[Use]] = {}
    for document in DOCUMENTS:
        for use in read_uses(compiled.get(document) or "", is_html=document == "html"):
            uses.setdefault(use.reading, []).append(use)
    found = (_variable(reading, of_it, defaults) for reading, of_it in uses.items() if len(reading) > 1)
    return sorted((one for one in found if one.root in {"contact", "payload"}), key=lambda one: one.name)


def count_blanks(
    variables: Sequence[Variable], audience: Audience, *, seconds: float = SECONDS, most: int = COUNTED_ALL
) -> BlankReport:
    """How many of an audience have no value, for each variable of the contact. Raises TooSlow."""
    of_contact = [one for one in variables if one.is_countable]
    is_sample = guess_contacts() > most
    paths = [one.reading[1:] for one in of_contact]
    counted = None if is_sample else count_at(paths, audience, seconds=seconds, share=None)
    if counted is None:
        is_sample = True
        counted = count_at(paths, audience, seconds=seconds, share=min(1.0, SAMPLE / max(guess_contacts(), 1)))
    if counted is None:
        raise TooSlow
    looked_at, *rest = counted
    blanks = [
        _blank(one, rest[place * len(AGGREGATES) : (place + 1) * len(AGGREGATES)], looked_at)
        for place, one in enumerate(of_contact)
    ]
    return BlankReport(
        blanks=tuple(sorted(blanks, key=lambda one: (not one.is_felt, -one.count, one.variable.name))),
        others=tuple(one for one in variables if one not in of_contact), looked_at=looked_at, is_sample=is_sample,
    )  # fmt: skip


def _variable(reading: Reading, uses: Sequence[Use], defaults: Mapping[str, Any]) -> Variable:
    written = [use for use in uses if use.is_written]
    name = spell(reading)
    if defaults.get(name) not in (None, ""):
        caught = f"“{defaults[name]}”"
    else:
        caught = "its default in the text" if written and all(use.has_default for use in written) else ""
    return Variable(reading=reading, is_written=bool(written), caught=caught)


def _blank(variable: Variable, counted: Sequence[Any], looked_at: int) -> Blank:
    count, *ids = counted
    return Blank(
        variable=variable, count=count, share=count / looked_at if looked_at else 0.0,
        contact_ids=tuple(sorted({one for one in ids if one is not None})),
    )  # fmt: skip


def felt(blanks: Iterable[Blank]) -> list[Blank]:
    """Those that somebody would read as a gap."""
    return [one for one in blanks if one.is_felt]
