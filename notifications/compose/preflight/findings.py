"""What is wrong with a mail, how bad is it, where, and how is it mended?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    STOP = "stop"  # must not be sent like this
    WARN = "warn"  # should be mended first
    INFORM = "inform"  # good to know

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of a source, and the component on it; `line` 0: the file as a whole."""

    file: str
    line: int = 0
    component: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}, {self.component}" if self.component else where


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say of a mail. `code` never changes its meaning; `mend` says what to do, "" for nothing."""

    code: str
    severity: Severity
    sentence: str
    mend: str = ""
    place: Place | None = None

    def as_json(self) -> dict[str, object]:
        place = self.place
        return {
            "code": self.code,
            "severity": self.severity.value,
            "sentence": self.sentence,
            "mend": self.mend,
            "file": place.file if place else "",
            "line": place.line if place else 0,
            "component": place.component if place else "",
        }


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, by severity, then as the checks found them."""
    return sorted(dict.fromkeys(findings), key=lambda one: one.severity.rank)


def reaches(finding: Finding, severity: Severity) -> bool:
    """Whether a finding is as bad as this, or worse."""
    return finding.severity.rank <= severity.rank
