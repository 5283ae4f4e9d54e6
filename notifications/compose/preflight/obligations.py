"""Does the mail hold what law and mailbox providers ask for: a way out, and a postal address?

CAN-SPAM §7704(a)(3) and (5), GDPR Art. 21(4), and the sender rules of Gmail and Yahoo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.queues import Stream
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection

_MADE_UP = re.compile(r"\b(example|sample|lorem|anytown)\b", re.IGNORECASE)


def check(inspection: Inspection) -> Iterator[Finding]:
    yield from _check_way_out(inspection)
    if any(kind.stream in {Stream.MARKETING, Stream.NOTIFICATION} for kind in inspection.facts.kinds):
        yield from _check_address(inspection)


def _check_way_out(inspection: Inspection) -> Iterator[Finding]:
    """Anybody must find the link; that mail programs are told of one as well is not enough."""
    bound = [kind.key for kind in inspection.facts.kinds if kind.may_be_refused]
    if not bound or not inspection.main.html:
        return
    address = str(inspection.main.variables.get("unsubscribe_url", ""))
    leads = {node.attributes.get("href", "") for node in inspection.document.find_all("a")}
    if address not in leads:
        yield Finding(
            code="unsubscribe_missing", severity=Severity.STOP,
            sentence=f"People who get {', '.join(bound)} find no link to unsubscribe in the mail.",
            mend='Put <a href="{{ unsubscribe_url }}">Unsubscribe</a> into the footer, or use the layout `base`.',
        )  # fmt: skip
    elif address not in inspection.main.text:
        yield Finding(
            code="unsubscribe_text", severity=Severity.WARN,
            sentence="The plain-text part has no link to unsubscribe.",
            mend="Add {{ unsubscribe_url }} to the text file.",
        )  # fmt: skip


def _check_address(inspection: Inspection) -> Iterator[Finding]:
    severity = Severity.STOP if inspection.facts.has_stream(Stream.MARKETING) else Severity.WARN
    address = str(inspection.facts.brand.get("address", "")).strip()
    if not address:
        yield Finding(
            code="address_unset", severity=severity, sentence="The brand has no postal address.",
            mend="Write it under Mail, Brands; the law wants it in marketing mail.",
        )  # fmt: skip
        return
    shown = _letters(inspection.document.words())
    if inspection.main.html and _letters(address) not in shown:
        yield Finding(
            code="address_missing", severity=severity, sentence="The mail does not show the brand's postal address.",
            mend="Put {{ brand.address }} into the footer, or use the layout `base`.",
        )  # fmt: skip
    elif _MADE_UP.search(address):
        yield Finding(
            code="address_placeholder", severity=Severity.WARN,
            sentence=f"The postal address is “{address}”, which looks made up.",
            mend="Write your own under Mail, Brands, then publish again.",
        )  # fmt: skip


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).casefold().strip()
