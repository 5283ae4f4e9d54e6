"""Does the plain-text part say what the HTML says?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import read_links
from notifications.compose.preflight.places import place_in

#: A text with less than this share of the HTML's words leaves something out.
POOR_SHARE = 0.5
FEW_WORDS = 20  # below that a share says nothing

_ADDRESS = re.compile(r"https?://\S+|\(mailto:\S+\)")


def check(inspection: Inspection) -> Iterator[Finding]:
    if not inspection.main.html:
        return
    place = place_in(inspection.source.text) if inspection.source.text else None
    if not inspection.main.text.strip():
        yield Finding(
            code="text_empty", severity=Severity.STOP, sentence="The plain-text part is empty.", place=place,
            mend="Write one, or leave out the `text` key: it is then derived from the HTML.",
        )  # fmt: skip
        return
    html_words, text_words = _count(inspection.document.words()), _count(inspection.main.text)
    if html_words >= FEW_WORDS and text_words < POOR_SHARE * html_words:
        yield Finding(
            code="text_poor", severity=Severity.WARN, place=place,
            sentence=f"The plain-text part has {text_words} words, the HTML {html_words}.",
            mend="Say the same in both; filters compare them, and some people read only the text.",
        )  # fmt: skip
    if inspection.source.text:
        yield from _check_links(inspection)


def _check_links(inspection: Inspection) -> Iterator[Finding]:
    """A text written by hand forgets links."""
    for link in {link.address: link for link in read_links(inspection) if link.is_web and not link.is_own}.values():
        if link.address not in inspection.main.text:
            yield Finding(
                code="text_link", severity=Severity.WARN, place=link.place,
                sentence=f"The link “{link.label[:60]}” is missing from the plain-text part.",
                mend="Write its address into the text file.",
            )  # fmt: skip


def _count(text: str) -> int:
    return len(re.findall(r"\w+", _ADDRESS.sub(" ", text)))
