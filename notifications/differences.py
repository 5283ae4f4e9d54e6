"""What differs between two texts, line beside line?"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

CONTEXT = 3

_MARKS = {"equal": "same", "replace": "changed", "delete": "gone", "insert": "new"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of each side; `mark` is "same", "changed", "gone", "new", or "skipped" for lines that are left out."""

    mark: str
    old: str = ""
    new: str = ""
    old_line: int = 0
    new_line: int = 0


def compare(old: str, new: str) -> list[Row]:
    """The lines that differ with a few around them; empty where nothing does."""
    before, after = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    for number, group in enumerate(SequenceMatcher(a=before, b=after, autojunk=False).get_grouped_opcodes(CONTEXT)):
        if number:
            rows.append(Row(mark="skipped"))
        for mark, i, j, k, m in group:
            left, right = enumerate(before[i:j], start=i + 1), enumerate(after[k:m], start=k + 1)
            rows += (_row(mark, one, other) for one, other in zip_longest(left, right, fillvalue=(0, "")))
    return rows


def _row(mark: str, old: tuple[int, str], new: tuple[int, str]) -> Row:
    return Row(mark=_MARKS[mark], old=old[1], new=new[1], old_line=old[0], new_line=new[0])
