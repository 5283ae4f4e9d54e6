"""May this mail be published or sent, after what a preflight found? Pure: findings in, a decision out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from notifications.compose.preflight.findings import Finding, Severity

#: Every reason of a decision, in words.
REASONS = {
    "clear": "Nothing stands against it",
    "stopped": "It must not be sent like this: something has to be mended first",
    "unacknowledged": "There are warnings that nobody has looked at yet",
    "overridden": "Somebody who may approve published it all the same",
}

_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether it may go, and why. `stops` and `unseen` are the findings that stand, or stood, against it."""

    allowed: bool
    reason: str
    stops: tuple[Finding, ...] = ()
    unseen: tuple[Finding, ...] = ()

    @property
    def words(self) -> str:
        return REASONS[self.reason]


def decide(findings: Iterable[Finding], *, acknowledged: frozenset[str], is_overridden: bool = False) -> Decision:
    """Stops are mended, or overridden by somebody who may; each warning is looked at once."""
    told = tuple(findings)
    stops = tuple(one for one in told if one.severity == Severity.STOP)
    unseen = tuple(one for one in told if one.severity == Severity.WARN and key_of(one) not in acknowledged)
    if stops and not is_overridden:
        reason = "stopped"
    elif unseen:
        reason = "unacknowledged"
    else:
        reason = "overridden" if stops else "clear"
    return Decision(allowed=reason in {"clear", "overridden"}, reason=reason, stops=stops, unseen=unseen)


def key_of(finding: Finding) -> str:
    """The same for the same finding at another time: how many contacts it is about changes every day."""
    return blake2b(f"{finding.code}\n{_NUMBERS.sub('0', finding.sentence)}".encode(), digest_size=16).hexdigest()
