"""Which figures stand for many measurements?"""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of all values do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def milliseconds(seconds: float) -> float:
    """Seconds as milliseconds with two decimals."""
    return round(seconds * 1000, 2)


def rate(number: int, seconds: float) -> float:
    """So many a second, rounded."""
    return round(number / seconds, 1) if seconds > 0 else 0.0
