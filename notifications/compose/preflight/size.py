"""Will Gmail show the whole mail? It clips the HTML beyond 102 KB, and with it the unsubscribe link."""

from __future__ import annotations

from collections.abc import Iterator

from notifications.compose.limits import MAX_HTML_BYTES, WARN_HTML_BYTES
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection

KILOBYTE = 1024
MEND = "Show fewer items, and link to the rest; take out styles and columns that nobody would miss."


def check(inspection: Inspection) -> Iterator[Finding]:
    """Of the largest sample, as it leaves: with counting addresses where links are counted."""
    sizes = [
        (len((sample.counted_html if inspection.is_counted else sample.html).encode()), sample.who)
        for sample in inspection.samples
    ]
    size, who = max(sizes, default=(0, ""))
    if size <= WARN_HTML_BYTES:
        return
    is_clipped = size > MAX_HTML_BYTES
    what = "Gmail will clip it" if is_clipped else "that is close to where Gmail clips a mail"
    yield Finding(
        code="size_clipped" if is_clipped else "size_large",
        severity=Severity.STOP if is_clipped else Severity.WARN,
        sentence=f"The HTML for {who} has {size / KILOBYTE:.1f} KB; {what}, at {MAX_HTML_BYTES // KILOBYTE} KB.",
        mend=MEND,
    )
