"""What happens to a mail after it was accepted?

A script gives odds and delays for everybody, and rules for some addresses. Magic
addresses (`bounce@…`, `click+anything@…`) work in any script that does not turn them
off. The outcome depends on the seed and the accept's number alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from .shapes import EventKind

Delay = tuple[float, float]  # milliseconds, from and to


class BadScript(ValueError):
    """A script that makes no sense; the text says why."""


class Step(NamedTuple):
    """Something that will happen, so many seconds after the accept."""

    kind: EventKind
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    odds: float = 0.0
    after_ms: Delay = (20, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Exactly these events, in this order, for addresses that match the shell pattern."""

    match: str
    events: tuple[EventKind, ...]
    after_ms: Delay = (20, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """`opened` counts among the delivered, `clicked`, `complained` and `unsubscribed` too,
    except that a click without odds of its own follows an open."""

    chances: Mapping[EventKind, Chance] = field(default_factory=lambda: {EventKind.DELIVERED: Chance(odds=1.0)})
    rules: tuple[Rule, ...] = ()
    is_magic: bool = True
    # Opens, clicks and unsubscriptions made over HTTP, as a person's mail program does;
    # otherwise reported by the provider's webhook.
    by_person: frozenset[EventKind] = frozenset({EventKind.OPENED, EventKind.CLICKED, EventKind.UNSUBSCRIBED})

    def plan(self, address: str, *, seed: int, number: int) -> list[Step]:
        """What will happen to that accept, in order."""
        luck = _Luck(seed, number)
        rule = self._find_rule(address.lower())
        if rule is not None:
            return list(_in_turn(rule.events, rule.after_ms, luck))
        return list(self._by_odds(luck))

    def _find_rule(self, address: str) -> Rule | None:
        found = next((rule for rule in self.rules if fnmatchcase(address, rule.match)), None)
        if found is None and self.is_magic:
            word = address.partition("@")[0].partition("+")[0]
            found = MAGIC.get(word)
        return found

    def _by_odds(self, luck: _Luck) -> Iterator[Step]:
        start = 0.0
        for kind in (EventKind.DEFERRED, EventKind.BOUNCED, EventKind.SOFT_BOUNCED, EventKind.DELIVERED):
            step = self._roll(kind, luck, start)
            if step is None:
                continue
            yield step
            start = step.after
            if kind is not EventKind.DEFERRED:
                break
        else:
            return
        if kind is not EventKind.DELIVERED:
            return
        for follow in _AFTER_DELIVERY:
            step = self._roll(follow, luck, start)
            if step is not None:
                yield step

    def _roll(self, kind: EventKind, luck: _Luck, start: float) -> Step | None:
        chance = self.chances.get(kind)
        if chance is None or luck.draw() >= chance.odds:
            return None
        return Step(kind, start + luck.between(chance.after_ms))


_AFTER_DELIVERY = (
    EventKind.OPENED,
    EventKind.CLICKED,
    EventKind.COMPLAINED,
    EventKind.UNSUBSCRIBED,
)


def _in_turn(events: tuple[EventKind, ...], delay: Delay, luck: _Luck) -> Iterator[Step]:
    at = 0.0
    for kind in events:
        at += luck.between(delay)
        yield Step(kind, at)


def _magic(*events: EventKind) -> Rule:
    return Rule(match="", events=events)


# By the local part, up to a `+`.
MAGIC: Mapping[str, Rule] = {
    "bounce": _magic(EventKind.BOUNCED),
    "soft-bounce": _magic(EventKind.SOFT_BOUNCED),
    "defer": _magic(EventKind.DEFERRED, EventKind.DELIVERED),
    "open": _magic(EventKind.DELIVERED, EventKind.OPENED),
    "click": _magic(EventKind.DELIVERED, EventKind.OPENED, EventKind.CLICKED),
    "complain": _magic(EventKind.DELIVERED, EventKind.COMPLAINED),
    "unsubscribe": _magic(EventKind.DELIVERED, EventKind.UNSUBSCRIBED),
    "silent": _magic(),
}


class _Luck:
    """A row of numbers in [0, 1) that the seed and the accept's number settle."""

    def __init__(self, seed: int, number: int) -> None:
        self._state = f"{seed}:{number}".encode()

    def draw(self) -> float:
        self._state = hashlib.blake2b(self._state, digest_size=8).digest()
        return int.from_bytes(self._state) / 2**64

    def between(self, delay: Delay) -> float:
        """Seconds, from a delay in milliseconds."""
        low, high = delay
        return (low + (high - low) * self.draw()) / 1000


# -- from JSON


def read_script(given: Any) -> Script:
    """A script from its JSON form; raises BadScript. What is left out keeps its default."""
    if not isinstance(given, dict):
        raise BadScript("expected an object")
    chances = {EventKind.DELIVERED: Chance(odds=1.0)}
    extra: dict[str, Any] = {}
    for name, value in given.items():
        if name in _KINDS:
            chances[_KINDS[name]] = _read_chance(value)
        elif name == "rules":
            extra["rules"] = tuple(_read_rule(entry) for entry in value)
        elif name == "magic":
            extra["is_magic"] = bool(value)
        elif name == "by":
            extra["by_person"] = _read_modes(value)
        else:
            known = ", ".join([*_KINDS, "rules", "magic", "by"])
            raise BadScript(f"unknown field {name!r}; known: {known}")
    return Script(chances=chances, **extra)


_KINDS = {kind.value: kind for kind in EventKind}


def _read_chance(value: Any) -> Chance:
    if isinstance(value, bool | int | float):
        return Chance(odds=float(value))
    if not isinstance(value, dict) or set(value) - {"odds", "after_ms"}:
        raise BadScript('a chance is a number or {"odds": 0.5, "after_ms": [200, 2000]}')
    return Chance(odds=float(value.get("odds", 1)), after_ms=_read_delay(value))


def _read_delay(value: Mapping[str, Any]) -> Delay:
    delay = value.get("after_ms", (20, 60))
    if isinstance(delay, int | float):
        return (float(delay), float(delay))
    try:
        low, high = map(float, delay)
    except (TypeError, ValueError) as error:
        raise BadScript("after_ms is a number or [from, to]") from error
    return (low, high)


def _read_rule(entry: Any) -> Rule:
    try:
        events = tuple(_KINDS[name] for name in entry["events"])
        return Rule(match=entry["match"].lower(), events=events, after_ms=_read_delay(entry))
    except (KeyError, TypeError, AttributeError) as error:
        known = ", ".join(_KINDS)
        raise BadScript(f'a rule is {{"match": "x*@*", "events": [of: {known}]}}') from error


def _read_modes(value: Any) -> frozenset[EventKind]:
    """`{"opened": "provider", "clicked": "person"}`; what is left out stays with the person."""
    person = set(Script().by_person)
    for name, mode in dict(value).items():
        kind = _KINDS.get(name)
        if kind not in Script().by_person or mode not in ("person", "provider"):
            raise BadScript('"by" maps opened, clicked or unsubscribed to "person" or "provider"')
        if mode == "provider":
            person.discard(kind)
    return frozenset(person)
