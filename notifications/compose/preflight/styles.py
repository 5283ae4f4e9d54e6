"""What does an inline style say? Declarations, lengths in pixels, and whether it hides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_DECLARATION = re.compile(r"([\w-]+)\s*:\s*((?:[^;\"'(]|\"[^\"]*\"|'[^']*'|\([^)]*\))+)")
_LENGTH = re.compile(r"(\d*\.?\d+)(px|pt|em|rem|%)?")
_UNITS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, None: 1.0}
_KEYWORDS = {"small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0}
_WEIGHTS = {"bold": 700, "bolder": 700, "normal": 400, "lighter": 300}


@lru_cache(maxsize=4096)
def _read(style: str) -> tuple[tuple[str, str], ...]:
    found = _DECLARATION.findall(style)
    return tuple((name.lower(), value.replace("!important", "").strip()) for name, value in found)


def read_style(style: str) -> dict[str, str]:
    """Property to value; of two the last counts."""
    return dict(_read(style))


def is_hiding(styles: Mapping[str, str]) -> bool:
    """Whether nobody sees what stands in it."""
    if styles.get("display") == "none" or styles.get("visibility") == "hidden" or styles.get("mso-hide") == "all":
        return True
    heights = (styles.get("max-height"), styles.get("height"))
    is_flat = "overflow" in styles and any(height in {"0", "0px"} for height in heights)
    return styles.get("opacity") in {"0", "0.0"} or is_flat


def font_size(styles: Mapping[str, str], inherited: float) -> float:
    """In pixels; what cannot be read is as before."""
    value = styles.get("font-size", "")
    if value in _KEYWORDS:
        return _KEYWORDS[value]
    found = _LENGTH.fullmatch(value)
    if not found:
        return inherited
    number, unit = float(found.group(1)), found.group(2)
    if unit in {"em", "%"}:
        return inherited * (number if unit == "em" else number / 100)
    return number * _UNITS[unit]


def font_weight(styles: Mapping[str, str], inherited: int) -> int:
    """400 is normal, 700 bold."""
    value = styles.get("font-weight", "")
    return int(value) if value.isdecimal() else _WEIGHTS.get(value, inherited)
