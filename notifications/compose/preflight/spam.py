"""Does the mail look like spam: nothing but pictures, hidden words, shouting, links that lie?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from notifications.compose.preflight.documents import UNSEEN, Node
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.images import read_images
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import Link, host_of, read_links
from notifications.compose.preflight.styles import font_size

FEW_WORDS = 12  # in the template's own part, so that a footer does not count
HUGE_PIXELS = 48
TINY_PIXELS = 2
SHORTENERS = frozenset(
    (
        "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "j.mp", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly",
        "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd",
    )
)  # fmt: skip

_ADDRESS = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#]\S*)?", re.IGNORECASE)
_FILE = re.compile(r".*\.(?:html?|pdf|png|jpe?g|gif|txt|zip|docx?|xlsx?|js|py|md)", re.IGNORECASE)


def check(inspection: Inspection) -> Iterator[Finding]:
    yield from _check_words(inspection)
    yield from _check_hidden(inspection)
    yield from _check_fonts(inspection)
    yield from _check_shouting(inspection)
    for link in read_links(inspection):
        yield from _check_link(link)


def _check_words(inspection: Inspection) -> Iterator[Finding]:
    own = inspection.source.body.file
    texts = [spot for spot in inspection.places.attributes("") if spot.place.file == own]
    words = sum(len(re.findall(r"\w+", " ".join(spot.literals))) + len(spot.literals) - 1 for spot in texts)
    if read_images(inspection) and words < FEW_WORDS:
        yield Finding(
            code="spam_pictures", severity=Severity.WARN, place=None,
            sentence=f"The mail is made of pictures: it has {words} words of its own.",
            mend="Write the message as text. Filters distrust pictures, and many readers do not see them.",
        )  # fmt: skip


def _check_hidden(inspection: Inspection) -> Iterator[Finding]:
    """Text that readers do not see but filters do. The preheader is hidden by design: the body's first element."""
    bodies = inspection.document.find_all("body")
    first = next((child for child in bodies[0].children if isinstance(child, Node)), None) if bodies else None
    for node in inspection.document.walk():
        if node.tag in UNSEEN or node is first or any(one.tag in UNSEEN for one in node.ancestors()):
            continue
        is_hidden = node.is_hidden or 0 < font_size(node.styles, 16) <= TINY_PIXELS
        text = _all_text(node) if node.is_hidden else node.own_text() if is_hidden else ""
        if re.search(r"\w", text):
            yield Finding(
                code="spam_hidden", severity=Severity.WARN, place=inspection.places.find_text(text),
                sentence=f"The text “{text[:60]}” is hidden from readers.",
                mend="Take it out. Hidden words are what spam uses against filters; a preheader belongs into the front "
                "matter.",
            )  # fmt: skip


def _all_text(node: Node) -> str:
    return " ".join(" ".join(one.own_text() for one in node.walk()).split())


def _check_fonts(inspection: Inspection) -> Iterator[Finding]:
    for node in inspection.document.walk():
        size = font_size(node.styles, 16)
        text = node.words() if size > HUGE_PIXELS else ""
        if len(text) > 3:  # a price or a figure may be as large as it likes
            yield Finding(
                code="spam_huge", severity=Severity.WARN, place=inspection.places.find_text(text),
                sentence=f"The text “{text[:60]}” is {size:.0f} pixels high.",
                mend=f"Stay at {HUGE_PIXELS} pixels or below.",
            )  # fmt: skip


def _check_shouting(inspection: Inspection) -> Iterator[Finding]:
    found = re.search(r"[^.!?]{0,40}!{2,}", inspection.document.words())
    if found:
        text = found.group().strip()
        yield Finding(
            code="spam_shouting", severity=Severity.WARN, place=inspection.places.find_text(text.rstrip("!")),
            sentence=f"“{text}” shouts.", mend="One exclamation mark is enough.",
        )  # fmt: skip


def _check_link(link: Link) -> Iterator[Finding]:
    if link.host.removeprefix("www.") in SHORTENERS:
        yield Finding(
            code="spam_shortener", severity=Severity.WARN, place=link.place,
            sentence=f"The link “{link.label[:60]}” leads through {link.host}, a shortener that spam uses.",
            mend="Link to the page itself; clicks are counted all the same.",
        )  # fmt: skip
    shown = _ADDRESS.fullmatch(link.label.strip())
    if shown and link.is_web and not _FILE.fullmatch(link.label.strip()) and not _is_same(shown[1], link.host):
        yield Finding(
            code="spam_mismatch", severity=Severity.STOP, place=link.place,
            sentence=f"The link shows {shown[1]}, but leads to {link.host}: so does phishing.",
            mend="Let it show where it leads, or write words in place of the address.",
        )  # fmt: skip


def _is_same(shown: str, host: str) -> bool:
    """The same site, or one below the other."""
    one, other = host_of(f"http://{shown}").removeprefix("www."), host.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
