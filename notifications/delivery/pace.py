"""How many mails fit into one call? As many as the provider takes, and where it takes them one by one, a second's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from notifications.delivery.departure import Ready
from notifications.delivery.models import Provider
from notifications.delivery.providers import kind_of

#: A call of single mails should last about so long: what a worker's death leaves uncertain is one such call.
CALL_MS = 1000.0
FEWEST = 50
_WEIGHT = 0.3  # of the newest call in the average

_milliseconds: dict[int, float] = {}


def members_a_call(provider: Provider) -> int:
    """The size of the next call."""
    kind = kind_of(provider)
    if not kind.is_serial:
        return kind.batch_limit
    each = _milliseconds.get(provider.pk)
    wanted = FEWEST if each is None else int(CALL_MS / max(each, 0.01))
    return min(max(wanted, FEWEST), kind.batch_limit)


def note_pace(provider: Provider, *, mails: int, milliseconds: int) -> None:
    """Remember how long the last call took; in this process only, for it is this process's connections."""
    if kind_of(provider).is_serial and mails >= FEWEST:
        each = max(milliseconds, 1) / mails
        known = _milliseconds.get(provider.pk, each)
        _milliseconds[provider.pk] = known * (1 - _WEIGHT) + each * _WEIGHT


def rounds(ready: Iterable[Ready]) -> list[list[Ready]]:
    """Each person's first mails, then the second ones …: providers tell the members of a call apart by address."""
    ready = list(ready)
    if len({one.member.address for one in ready}) == len(ready):
        return [ready]
    rounds: list[list[Ready]] = []
    before: Counter[str] = Counter()
    for one in ready:
        if before[one.member.address] == len(rounds):
            rounds.append([])
        rounds[before[one.member.address]].append(one)
        before[one.member.address] += 1
    return rounds
