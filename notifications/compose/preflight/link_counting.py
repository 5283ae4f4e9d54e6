"""Which links are counted, and why are the others not?"""

from __future__ import annotations

from collections.abc import Iterator

from notifications.compose.hyperlinks import UNCOUNTED
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import Link, read_links


def check(inspection: Inspection) -> Iterator[Finding]:
    links = [link for link in read_links(inspection) if not link.is_own and not UNCOUNTED.match(link.address)]
    if not links:
        return
    if not inspection.is_counted:
        yield _said("links_uncounted", f"No link is counted: {_why_none(inspection)}.")
        return
    counted = [link for link in links if link.is_counted]
    yield _said("links_counted", f"{len(counted)} of {len(links)} links are counted.")
    for link in links:
        if not link.is_counted and link.address:
            yield Finding(
                code="link_uncounted", severity=Severity.INFORM, place=link.place,
                sentence=f"The link “{link.label[:60]}” is not counted: its address reads a secret or a page of the "
                "person's own.",
            )  # fmt: skip
    for link in counted:
        if _looks_like_an_address(link):
            yield Finding(
                code="link_shows_address", severity=Severity.WARN, place=link.place,
                sentence=f"The link shows “{link.label[:60]}”, but leads through the counting address first.",
                mend="Write words in place of the address; mail programs warn of links that show one place and lead to "
                "another.",
            )  # fmt: skip


def _why_none(inspection: Inspection) -> str:
    kinds = inspection.facts.kinds
    off = [kind.key for kind in kinds if not kind.is_tracked]
    if off:
        return f"{', '.join(off)} is declared with is_tracked = False"
    return "mail of the critical stream is never counted"


def _looks_like_an_address(link: Link) -> bool:
    return link.label.lower().startswith(("http://", "https://", "www."))


def _said(code: str, sentence: str) -> Finding:
    return Finding(code=code, severity=Severity.INFORM, sentence=sentence)
