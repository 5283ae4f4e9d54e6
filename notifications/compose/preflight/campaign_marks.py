"""Do links carry the marks (utm_…) by which web statistics know where a visit came from, all of them and once?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl

from config.queues import Stream
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import Link, read_links, split

NEEDED = ("utm_source", "utm_medium", "utm_campaign")


def check(inspection: Inspection) -> Iterator[Finding]:
    links = {link.address: link for link in read_links(inspection) if link.is_web and not link.is_own}
    marks = {address: _marks(link) for address, link in links.items()}
    for address, link in links.items():
        yield from _check(link, marks[address])
    marked = {links[address].host for address, found in marks.items() if found}
    bare = [link for address, link in links.items() if not marks[address] and link.is_known]
    yield from _check_bare(bare, marked, is_marketing=inspection.facts.has_stream(Stream.MARKETING))


def _marks(link: Link) -> Counter[str]:
    parts = split(link.address)
    names = (name for name, _ in parse_qsl(parts.query, keep_blank_values=True)) if parts else ()
    return Counter(name.lower() for name in names if name.lower().startswith("utm_"))


def _check(link: Link, marks: Counter[str]) -> Iterator[Finding]:
    twice = [name for name, count in marks.items() if count > 1]
    if twice:
        yield Finding(
            code="utm_twice", severity=Severity.WARN, place=link.place,
            sentence=f"The link “{link.label[:60]}” carries {', '.join(twice)} more than once.",
            mend="Keep one of each; statistics take the first, the last, or none.",
        )  # fmt: skip
    missing = [name for name in NEEDED if name not in marks]
    if marks and missing:
        yield Finding(
            code="utm_incomplete", severity=Severity.INFORM, place=link.place,
            sentence=f"The link “{link.label[:60]}” carries {', '.join(marks)}, but not {', '.join(missing)}.",
            mend=f"Add {' and '.join(f'{name}=…' for name in missing)}.",
        )  # fmt: skip


def _check_bare(bare: list[Link], marked: set[str], *, is_marketing: bool) -> Iterator[Finding]:
    for link in bare:
        if link.host in marked:
            yield Finding(
                code="utm_missing", severity=Severity.WARN, place=link.place,
                sentence=f"The link “{link.label[:60]}” carries no utm_ marks, while others to {link.host} do.",
                mend="Add the same marks, or take them off the others.",
            )  # fmt: skip
    if is_marketing and bare and not marked:
        yield Finding(
            code="utm_none", severity=Severity.INFORM,
            sentence="No link carries utm_ marks, so web statistics will not tell these visits from others.",
            mend="Add ?utm_source=…&utm_medium=email&utm_campaign=… if you use such statistics.",
        )  # fmt: skip
