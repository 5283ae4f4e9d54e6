"""Is the domain that the mail is from fit to send it?"""

from __future__ import annotations

from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection, Sender
from notifications.compose.preflight.link_faults import PLACEHOLDER


def check(inspection: Inspection) -> Iterator[Finding]:
    for sender in inspection.facts.senders:
        if inspection.facts.has_stream(sender.stream):
            yield from _check(sender)


def _check(sender: Sender) -> Iterator[Finding]:
    if PLACEHOLDER.fullmatch(sender.domain):
        yield Finding(
            code="sender_placeholder", severity=Severity.WARN,
            sentence=f"Mail of the {sender.stream} stream is from {sender.domain}, a placeholder.",
            mend="Set POSTRIDER_FROM, or the stream's sender under Sending domains.",
        )  # fmt: skip
    elif not sender.is_fit:
        yield Finding(
            code="sender_unfit", severity=Severity.STOP,
            sentence=f"Mail of the {sender.stream} stream is from {sender.domain}. {sender.reason}.",
            mend=f"Open Sending domains and press “Check now” for {sender.domain}; it lists the records to add.",
        )  # fmt: skip
