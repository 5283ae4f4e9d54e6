"""Which misfortune befalls this call?

Rules are tried in order; the first that applies and whose odds come up is played.
With the same seed and the same calls in the same order, the same faults come.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any


class FaultKind(StrEnum):
    LATENCY = "latency"  # everything goes well, `seconds` late
    STATUS = "status"  # refused with `status` in the API's own error shape (429, 401, 5xx …)
    RESET_BEFORE_ACCEPT = "reset_before_accept"  # connection reset, nothing journaled
    RESET_AFTER_ACCEPT = "reset_after_accept"  # journaled, then reset: the caller cannot know
    HANG = "hang"  # nothing journaled, no answer for `seconds`, then reset
    HANG_AFTER_ACCEPT = "hang_after_accept"
    BROKEN_JSON = "broken_json"  # journaled, answered 2xx with a body cut in half
    PARTIAL_REFUSAL = "partial_refusal"  # recipients that `match` are turned down


class BadFault(ValueError):
    """A rule that makes no sense; the text says why."""


@dataclass(slots=True, kw_only=True)
class Rule:
    """`count` goes down with each use; None means without end."""

    kind: FaultKind
    provider: str = ""
    match: str = ""  # shell pattern; applies when any recipient of the call matches
    odds: float = 1.0
    count: int | None = None
    status: int = 503
    retry_after: float | None = None
    seconds: float = 30.0
    used: int = 0

    def applies(self, provider: str, recipients: Sequence[str]) -> bool:
        if self.count == 0 or (self.provider and self.provider != provider):
            return False
        return not self.match or any(fnmatchcase(one.lower(), self.match) for one in recipients)

    def positions(self, recipients: Sequence[str]) -> frozenset[int]:
        """Who is turned down in a partial refusal: those that match, or the last one."""
        if not self.match:
            return frozenset({len(recipients) - 1})
        found = (n for n, one in enumerate(recipients) if fnmatchcase(one.lower(), self.match))
        return frozenset(found)


def read_rules(given: Any) -> list[Rule]:
    """Rules from their JSON form, a list of objects; raises BadFault."""
    if not isinstance(given, list):
        raise BadFault("expected a list of faults")
    return [_read_rule(entry) for entry in given]


# `kind` may also be a bare status; SMTP has its own codes.
_STATUSES = {"429": 429, "5xx": 503, "401": 401, "421": 421, "451": 451, "550": 550, "552": 552}
_ALIASES = {"drop_after_data": "reset_after_accept", "drop_before_accept": "reset_before_accept"}
_KNOWN = frozenset(Rule.__dataclass_fields__) - {"used"}


def _read_rule(entry: Any) -> Rule:
    if not isinstance(entry, dict) or "kind" not in entry:
        raise BadFault("each fault is an object with a 'kind'")
    unknown = sorted(set(entry) - _KNOWN)
    if unknown:
        raise BadFault(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(_KNOWN))}")
    fields = _typed(dict(entry))
    fields["match"] = fields.get("match", "").lower()
    return Rule(**fields)


def _typed(fields: dict[str, Any]) -> dict[str, Any]:
    kind = str(fields["kind"]).lower()
    status = _STATUSES.get(kind) or (int(kind) if kind.isdigit() else None)
    if status is not None:
        fields["status"] = fields.get("status", status)
        kind = FaultKind.STATUS
    try:
        fields["kind"] = FaultKind(_ALIASES.get(kind, kind))
    except ValueError as error:
        known = ", ".join([*(one.value for one in FaultKind), *_STATUSES, *_ALIASES])
        raise BadFault(f"unknown kind {kind!r}; known: {known}") from error
    for name, wanted in _TYPES.items():
        value = fields.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, wanted)):
            raise BadFault(f"field {name!r} has the wrong type")
    return fields


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "provider": str,
    "match": str,
    "odds": (int, float),
    "count": int,
    "status": int,
    "retry_after": (int, float),
    "seconds": (int, float),
}


class Faults:
    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.replace(())

    def replace(self, rules: Iterable[Rule]) -> None:
        """Play these from now on, with luck starting afresh from the seed."""
        self.rules = list(rules)
        self._random = random.Random(self._seed)  # noqa: S311 - repeatable, not secret

    def draw(
        self,
        provider: str,
        recipients: Sequence[str],
        suits: Callable[[Rule], bool] = lambda rule: True,
    ) -> Rule | None:
        for rule in self.rules:
            if not rule.applies(provider, recipients) or not suits(rule):
                continue
            if rule.odds < 1 and self._random.random() >= rule.odds:
                continue
            rule.used += 1
            if rule.count is not None:
                rule.count -= 1
            return rule
        return None
