"""Can the mail be rendered at all?"""

from __future__ import annotations

from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection


def check(inspection: Inspection) -> Iterator[Finding]:
    for sample in inspection.samples:
        if sample.fault:
            yield Finding(
                code="not_rendered", severity=Severity.STOP,
                sentence=f"The mail cannot be rendered for {sample.who}: {sample.fault}.",
                mend="Correct the Liquid that is named; a mail like this fails when it is due.",
            )  # fmt: skip
