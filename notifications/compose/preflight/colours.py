"""How well is one colour read on another? WCAG 2.2, 1.4.3."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"rgba?\(([^()]*)\)")
_NAMES = {
    "black": "000000", "white": "ffffff", "red": "ff0000", "green": "008000", "blue": "0000ff", "yellow": "ffff00",
    "gray": "808080", "grey": "808080", "silver": "c0c0c0", "maroon": "800000", "navy": "000080", "teal": "008080",
    "olive": "808000", "purple": "800080", "fuchsia": "ff00ff", "magenta": "ff00ff", "aqua": "00ffff",
    "cyan": "00ffff", "lime": "00ff00", "orange": "ffa500", "pink": "ffc0cb", "brown": "a52a2a", "gold": "ffd700",
    "darkgray": "a9a9a9", "darkgrey": "a9a9a9", "lightgray": "d3d3d3", "lightgrey": "d3d3d3", "dimgray": "696969",
    "whitesmoke": "f5f5f5", "crimson": "dc143c", "tomato": "ff6347", "indigo": "4b0082", "slategray": "708090",
}  # fmt: skip


class Colour(NamedTuple):
    """Red, green, blue from 0 to 255; alpha from 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, ground: Colour) -> Colour:
        """How it looks on a ground that is not transparent."""
        mixed = (one * self.alpha + other * (1 - self.alpha) for one, other in zip(self[:3], ground[:3], strict=True))
        return Colour(*mixed)

    def __str__(self) -> str:
        return f"#{round(self.red):02x}{round(self.green):02x}{round(self.blue):02x}"


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


def read_colour(text: str) -> Colour | None:
    """The colour that a style names; None for one that is not known here, or none at all."""
    text = text.strip().lower()
    if text == "transparent":
        return Colour(0, 0, 0, 0)
    text = f"#{_NAMES[text]}" if text in _NAMES else text
    if found := _HEX.fullmatch(text):
        return _from_hex(found.group(1))
    found = _FUNCTION.fullmatch(text)
    return _from_numbers(re.split(r"[\s,/]+", found.group(1).strip())) if found else None


def contrast(one: Colour, other: Colour) -> float:
    """From 1, the same, to 21, black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _from_hex(digits: str) -> Colour:
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)] if len(digits) > 4 else [one * 2 for one in digits]
    red, green, blue, *alpha = (int(pair, 16) for pair in pairs)
    return Colour(red, green, blue, alpha[0] / 255 if alpha else 1.0)


def _from_numbers(parts: list[str]) -> Colour | None:
    try:
        red, green, blue, *alpha = (_number(part, 255 if at < 3 else 1) for at, part in enumerate(parts))
    except ValueError:
        return None
    return Colour(red, green, blue, alpha[0] if alpha else 1.0)


def _number(text: str, whole: float) -> float:
    number = float(text[:-1]) / 100 * whole if text.endswith("%") else float(text)
    return min(max(number, 0.0), whole)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
