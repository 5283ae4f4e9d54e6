"""What did a check find, how bad is it, and which record mends it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from notifications.delivery.models import SenderDomain

#: Ends the code of a finding about something that DNS did not answer.
UNANSWERED = "_unanswered"
# Without these the verdict cannot be known; a blocklist that does not answer changes nothing.
_DECISIVE = frozenset(subject + UNANSWERED for subject in ("spf", "dkim", "dmarc", "mx"))


class Severity(StrEnum):
    """What a finding means for marketing from the domain."""

    STOPS = "stops"
    WARNS = "warns"
    OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A DNS record to publish. `note` says what in it has to be filled in, and where that is found."""

    type: str
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what is there, what is wrong with it, and what to publish."""

    code: str
    severity: Severity
    found: str
    text: str
    records: tuple[Record, ...] = ()
    docs_url: str = ""

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return {**asdict(self), "severity": self.severity.value}


def read_finding(stored: dict[str, Any]) -> Finding:
    """A finding as it was stored."""
    records = tuple(Record(**record) for record in stored["records"])
    return Finding(**{**stored, "severity": Severity(stored["severity"]), "records": records})


def unanswered(subject: str, name: str, fault: str) -> Finding:
    """DNS did not answer: nothing is known, so nothing is called missing."""
    return Finding(
        code=subject + UNANSWERED, severity=Severity.WARNS, found="",
        text=f"Could not look up {name}: {fault}. It may well be right; check again in a while.",
    )  # fmt: skip


def give_verdict(findings: Sequence[Finding], *, before: str) -> SenderDomain.Verdict:
    """Fit or not. Where DNS did not answer, what was known `before` stays."""
    if any(finding.severity == Severity.STOPS for finding in findings):
        return SenderDomain.Verdict.UNFIT
    if any(finding.code in _DECISIVE for finding in findings):
        return SenderDomain.Verdict(before)
    return SenderDomain.Verdict.FIT


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """What stops, then what warns, then what is right."""
    return sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
