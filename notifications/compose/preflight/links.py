"""Which links does a mail hold, as its readers see them?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from notifications.compose.linktags import COUNTED
from notifications.compose.preflight.documents import Node, read_document
from notifications.compose.preflight.findings import Place
from notifications.compose.preflight.inspection import Inspection

OWN = ("unsubscribe_url", "preferences_url", "web_version_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link. `is_known`: the template or the brand says where it leads, not a made-up payload."""

    address: str
    label: str  # what people press, "" for a picture without words
    place: Place | None
    is_known: bool
    is_counted: bool
    is_own: bool  # this person's unsubscribe or preference page

    @property
    def is_web(self) -> bool:
        return COUNTED.match(self.address) is not None

    @property
    def host(self) -> str:
        return host_of(self.address)


@lru_cache(maxsize=8)
def read_links(inspection: Inspection) -> tuple[Link, ...]:
    """Every link of the main sample, in order."""
    return tuple(_read(inspection))


def known_addresses(inspection: Inspection) -> list[str]:
    """The web addresses that can be asked whether they answer, each once."""
    links = [link for link in read_links(inspection) if link.is_web and link.is_known and not link.is_own]
    return list(dict.fromkeys(link.address for link in links))


def split(address: str) -> SplitResult | None:
    """The parts of an address; None where it has none."""
    try:
        parts = urlsplit(address)
        _ = (parts.hostname, parts.port)
    except ValueError:
        return None
    return parts


def is_at(address: str, origin: str) -> bool:
    """Whether an address is on this site."""
    return bool(origin) and (address == origin or address.startswith((f"{origin}/", f"{origin}?", f"{origin}#")))


def host_of(address: str) -> str:
    parts = split(address)
    return (parts.hostname or "").lower().rstrip(".") if parts else ""


def _read(inspection: Inspection) -> Iterator[Link]:
    sample = inspection.main
    known = inspection.places.known_values("href", brand=inspection.facts.brand)
    trace = inspection.places.trace("href", variables=sample.variables)
    own = {str(sample.variables.get(name, "")) for name in OWN} - {""}
    counted = [_address(node) for node in _anchors(read_document(sample.counted_html))]
    for position, node in enumerate(_anchors(inspection.document)):
        address = _address(node)
        spot = trace.find(address)
        yield Link(
            address=address,
            label=_label(node),
            place=spot.place if spot else None,
            is_known=address in known,
            is_counted=inspection.is_counted and position < len(counted) and counted[position] != address,
            is_own=address in own,
        )


def _anchors(document: Node) -> list[Node]:
    return [node for node in document.find_all("a", "area") if "href" in node.attributes]


def _address(node: Node) -> str:
    return node.attributes["href"].strip()


def _label(node: Node) -> str:
    return node.words() or " ".join(image.attributes.get("alt", "") for image in node.find_all("img")).strip()
