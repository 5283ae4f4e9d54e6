"""Which findings stop a mail, and which only ask to be looked at?"""

from __future__ import annotations

import pytest

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.gate import REASONS, decide, key_of

pytestmark = pytest.mark.req("T6")

STOP = Finding(code="link_empty", severity=Severity.STOP, sentence="A link leads nowhere.")
WARN = Finding(code="blank", severity=Severity.WARN, sentence="It stays blank for 12 of 300 people.")
INFORM = Finding(code="link_none", severity=Severity.INFORM, sentence="No link.")
NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("findings", "seen", "is_overridden", "reason", "allowed"),
    [
        ([], NOBODY, False, "clear", True),
        ([INFORM], NOBODY, False, "clear", True),
        ([WARN], NOBODY, False, "unacknowledged", False),
        ([WARN], frozenset({key_of(WARN)}), False, "clear", True),
        ([STOP], NOBODY, False, "stopped", False),
        ([STOP], frozenset({key_of(STOP)}), False, "stopped", False),
        ([STOP], NOBODY, True, "overridden", True),
        ([STOP, WARN], NOBODY, True, "unacknowledged", False),
        ([STOP, WARN], frozenset({key_of(WARN)}), True, "overridden", True),
    ],
)
def test_the_decision(
    findings: list[Finding], seen: frozenset[str], is_overridden: bool, reason: str, allowed: bool
) -> None:
    decision = decide(findings, acknowledged=seen, is_overridden=is_overridden)
    assert (decision.reason, decision.allowed) == (reason, allowed)
    assert decision.words == REASONS[reason]


def test_another_number_is_the_same_warning_and_another_value_is_not() -> None:
    later = Finding(code="blank", severity=Severity.WARN, sentence="It stays blank for 1,314 of 40000 people.")
    other = Finding(code="blank", severity=Severity.WARN, sentence="That stays blank for 12 of 300 people.")
    assert key_of(later) == key_of(WARN)
    assert key_of(other) != key_of(WARN)
