"""Which values of its brand does a version show?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from notifications.compose.reading import Reading, readings
from notifications.compose.sandbox import parse

DOCUMENTS = ("subject", "html", "text", "sms")
EVERYTHING = ""  # where a template hands the whole brand on, nobody can say what it shows


def read_paths(compiled: Mapping[str, Any]) -> list[str]:
    """The paths below `brand` that compiled documents read, such as color and dark.text."""
    read: set[Reading] = set()
    for name in DOCUMENTS:
        text = compiled.get(name) or ""
        if "brand" in text:
            read |= readings(parse(text, is_html=name == "html", is_compiled=True).nodes)
    return sorted({_path(one) for one in read if one[0] == "brand"})


def shows(paths: Iterable[str], changed: str) -> bool:
    """Whether one of the paths that are read is this one, holds it, or lies below it."""
    return any(not one or _covers(one, changed) or _covers(changed, one) for one in paths)


def _path(reading: Reading) -> str:
    named: list[str] = []
    for segment in reading[1:]:
        if not isinstance(segment, str):
            break
        named.append(segment)
    return ".".join(named) or EVERYTHING


def _covers(whole: str, part: str) -> bool:
    return part == whole or part.startswith(f"{whole}.")
