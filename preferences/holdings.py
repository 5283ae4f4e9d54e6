"""What else is stored about a person, above this app? Each app says what it holds: how to count, show and erase it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Whose data, and by which texts the person is known where no row points at the contact."""

    contact_id: int
    addresses: tuple[str, ...] = ()
    phone: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, none empty."""
        return tuple(text for text in (*self.addresses, self.phone) if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One kind of data about people.

    `erase` takes at most so many rows in the transaction that it is called in, and returns how many it changed. It is
    called until that is none, and once more some minutes later, so it must be safe to repeat. One that is `apart`
    speaks to somebody else and is called in no transaction.
    """

    name: str  # the chapter of a person's export
    title: str = ""  # in words for the screen that asks whether to erase; empty: not shown there
    count: Callable[[int], int] | None = None
    export: Callable[[int], Sequence[Any]] | None = None
    erase: Callable[[Traces, int], int] | None = None
    is_apart: bool = False


_holdings: dict[str, Holding] = {}


def register_holding(holding: Holding) -> None:
    """Have it counted, exported and erased with the rest; a name registered again takes the place of the first."""
    _holdings[holding.name] = holding


def holdings() -> tuple[Holding, ...]:
    """All of them, in the order of their registration."""
    return tuple(_holdings.values())


def count_holdings(contact_id: int) -> list[tuple[str, int]]:
    """What there is of a person: words and a number each, without what there is none of."""
    counted = [(one.title, one.count(contact_id)) for one in holdings() if one.title and one.count]
    return [(title, number) for title, number in counted if number]
