"""Which pictures does a mail hold?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notifications.compose.preflight.documents import Node
from notifications.compose.preflight.findings import Place
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.styles import read_style


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One picture. `alt` is None where its author gave none; `width` in pixels, 0 where it is not said."""

    address: str
    alt: str | None
    width: int
    is_known: bool  # the template or the brand says where it is
    is_linked: bool  # pressing it leads somewhere, and nothing else in the link says where
    place: Place | None
    is_ground: bool = False  # it lies behind text, which needs neither words nor a width

    @property
    def name(self) -> str:
        return f"The picture {self.address[:120]}"


def read_images(inspection: Inspection) -> list[Image]:
    """Every picture of the main sample that is drawn, in order."""
    return [*_read(inspection), *_read_grounds(inspection)]


def known_pictures(inspection: Inspection) -> list[str]:
    """The addresses of pictures that can be fetched, each once."""
    images = (image for image in read_images(inspection) if image.is_known)
    return list(dict.fromkeys(one.address for one in images if one.address.lower().startswith(("https://", "http://"))))


def _read(inspection: Inspection) -> Iterator[Image]:
    known = inspection.places.known_values("src", brand=inspection.facts.brand)
    trace = inspection.places.trace("src", variables=inspection.main.variables)
    for node in inspection.document.find_all("img"):
        if any(one.is_hidden for one in node.ancestors()):
            continue
        address = node.attributes.get("src", "").strip()
        spot = trace.find(address)
        alt = node.attributes.get("alt")
        if spot is not None and "alt" not in spot.names:
            alt = None  # the compiler writes an empty one by itself
        yield Image(
            address=address, alt=alt, width=_width(node), is_known=address in known, is_linked=_is_alone_in_link(node),
            place=spot.place if spot else None,
        )  # fmt: skip


def _read_grounds(inspection: Inspection) -> Iterator[Image]:
    """Pictures behind sections; only those that the template or the brand fixes can be told from the source."""
    trace = inspection.places.trace("background-url", variables=inspection.main.variables)
    for address in sorted(inspection.places.known_values("background-url", brand=inspection.facts.brand)):
        spot = trace.find(address)
        yield Image(
            address=address, alt="", width=0, is_known=True, is_linked=False, is_ground=True,
            place=spot.place if spot else None,
        )  # fmt: skip


def _width(node: Node) -> int:
    """The attribute, which Outlook needs; or else the style."""
    for text in (node.attributes.get("width", ""), read_style(node.attributes.get("style", "")).get("width", "")):
        digits = text.removesuffix("px")
        if digits.isdecimal():
            return int(digits)
    return 0


def _is_alone_in_link(node: Node) -> bool:
    link = next((one for one in node.ancestors() if one.tag == "a"), None)
    return link is not None and not link.words()
