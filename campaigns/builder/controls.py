"""Which field on screen holds which value of a condition? Values travel as people type them, whatever they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field. `path` leads to its value in the condition: ("count", "number")."""

    path: tuple[str | int, ...]
    label: str
    kind: Literal["select", "words", "number", "whole", "date", "text", "checks"] = "select"
    options: Options = ()
    value: Any = None
    otherwise: Any = None  # what an absent value means
    is_turning: bool = False  # other fields depend on it
    hint: str = ""
    lead: str = ""  # seen before the field; its label is for those who hear the page
    tail: str = ""  # seen after it

    @property
    def name(self) -> str:
        """Of the field, below that of its condition."""
        return ".".join(map(str, self.path))

    @property
    def shown(self) -> str:
        """The value as it stands in the field."""
        value = self.otherwise if self.value is None else self.value
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    @property
    def chosen(self) -> set[str]:
        """The values that are chosen, of a row of boxes."""
        return set(map(str, self.value)) if isinstance(self.value, list) else set()


def read_control(control: Control, typed: Sequence[str]) -> Any:
    """What was typed, as a rule holds it; what cannot be read stays as it was typed, and None is nothing."""
    text = typed[-1].strip() if typed else ""
    if control.kind == "checks":
        return [one for one in typed if one]
    if control.kind == "words":
        return [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]
    if control.kind in {"number", "whole"} and text:
        return _as_number(text, is_whole=control.kind == "whole")
    if control.options and {value for value, _ in control.options} == {"yes", "no"} and control.path[-1] == "is_so":
        return text == "yes"
    if control.path[-1] in {"list", "segment"} and text.isdecimal() and len(text) < 19:
        return int(text)
    return text or None


def choice(value: Any, options: list[tuple[str, str]]) -> Options:
    """The options, with a value that is not among them: what was chosen is never lost."""
    known = {one for one, _ in options}
    lost = [(str(value), f"{value} (gone)")] if value is not None and str(value) not in known else []
    first = [] if "" in known else [("", "choose …")]
    return (*first, *options, *lost)


def dig(part: Any, path: Sequence[str | int]) -> Any:
    """The value at a path; None where nothing is."""
    for step in path:
        if isinstance(step, int):
            part = part[step] if isinstance(part, list) and step < len(part) else None
        else:
            part = part.get(step) if isinstance(part, Mapping) else None
    return part


def put(part: Any, path: Sequence[str | int], value: Any) -> None:
    """Put a value at a path; None takes it away."""
    for step, following in pairwise(path):
        held: Any = dig(part, [step])
        if not isinstance(held, dict | list):
            held = [] if isinstance(following, int) else {}
            part[step] = held
        part = held
    if value is None and isinstance(part, dict):
        part.pop(path[-1], None)
    elif value is not None:
        part[path[-1]] = value


def _as_number(text: str, *, is_whole: bool) -> int | float | str:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return text if is_whole or len(text) > 24 else float(text.replace(",", "."))
    except ValueError:
        return text
