"""What will sending again do, in words: how many, how long it takes, and why some cannot?"""

from __future__ import annotations

import math
from collections.abc import Mapping

from notifications.delivery.deadletters import REFUSALS

#: What a form without a rate means, and the most that can be asked for.
MOST_PER_SECOND = 1000.0


def read_rate(text: str | None) -> float | None:
    """Mails a second as somebody typed them; None (nothing, or nonsense) is without a limit."""
    try:
        rate = float((text or "").replace(",", "."))
    except ValueError:
        return None
    return min(rate, MOST_PER_SECOND) if math.isfinite(rate) and rate > 0 else None


def take_time(number: int, rate: float | None) -> str:
    """How long `number` mails take at `rate` a second: "11 s", "2 h 46 min"; "" where they go at once."""
    if rate is None or number <= 1:
        return ""
    seconds = math.ceil(number / rate)
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def refused_in_words(refused: Mapping[str, int], *, gone: int = 0) -> list[tuple[int, str]]:
    """Counts and reasons of what cannot go, the most frequent first; `gone` are no dead letters any more."""
    counts = dict(refused)
    if gone:
        counts["not_dead"] = counts.get("not_dead", 0) + gone
    named = [(count, _lower(REFUSALS.get(code, code))) for code, count in counts.items() if count]
    return sorted(named, key=lambda pair: (-pair[0], pair[1]))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
