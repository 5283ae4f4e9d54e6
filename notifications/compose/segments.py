"""How many parts is a text message sent in, and why?

A message within the GSM alphabet has 160 characters, or 153 in each of several parts; any other character makes it
UCS-2, with 70 and 67. 3GPP TS 23.038 6.2.1 (the alphabet), TS 23.040 9.2.3.24.1 (the seven bytes of a part's header).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Written as two characters of the alphabet.
_EXTENDED = frozenset("^{}\\[~]|€\f")
_TWO_BYTES = 0xFFFF  # beyond it, UCS-2 takes two units


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """What a text costs: `units` as the network counts them, in so many segments."""

    encoding: str  # "GSM-7" or "UCS-2"
    units: int
    segments: int


def measure(text: str) -> Length:
    """The length of a text message."""
    if set(text) <= _BASIC | _EXTENDED:
        sizes = [2 if one in _EXTENDED else 1 for one in text]
        return Length(encoding="GSM-7", units=sum(sizes), segments=_segments(sizes, 160, 153))
    sizes = [2 if ord(one) > _TWO_BYTES else 1 for one in text]
    return Length(encoding="UCS-2", units=sum(sizes), segments=_segments(sizes, 70, 67))


def _segments(sizes: Sequence[int], alone: int, in_several: int) -> int:
    """Parts are filled in turn, and none ends in the middle of a character."""
    if sum(sizes) <= alone:
        return 1
    segments, filled = 1, 0
    for size in sizes:
        if filled + size > in_several:
            segments, filled = segments + 1, 0
        filled += size
    return segments
