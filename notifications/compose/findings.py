"""What is wrong with a template, and on which line?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"  # the template is not published
    WARNING = "warning"  # published, but somebody should look


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason, at one place. `line` counts from 1 in the file as it is on disk."""

    file: str
    line: int
    reason: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class SourceFault(Exception):
    """A template source that cannot be published; carries every finding, in file order."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = tuple(sorted(findings, key=lambda one: (one.file, one.line)))
        super().__init__("\n".join(map(str, self.findings)))


def line_at(text: str, offset: int) -> int:
    """The line, from 1, on which the character at `offset` stands."""
    return text.count("\n", 0, max(offset, 0)) + 1
