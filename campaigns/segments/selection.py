"""How does a rule become SQL?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class BadRule(ValueError):
    """A rule that selects nobody because it cannot be read; the message says what to mend, for a marketer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A SELECT with one column, `id`, that gives each selected contact once; values are bound, never written in."""

    sql: str
    parameters: tuple[Any, ...] = ()


def select_people(rule: Mapping[str, Any], *, at: datetime) -> Selection:
    """The contacts that a rule selects at a moment; an empty rule selects everybody who was not erased.

    Raises BadRule.
    """
    if rule:
        raise BadRule("This rule cannot be read.")
    return Selection(sql="SELECT c.id FROM preferences_contact c WHERE c.erased_at IS NULL")
