"""Can the text be read on its ground, in light and in dark? WCAG 2.2 AA: 4.5 to 1, 3 to 1 for large text.

Styles of the head are written into the elements first, those for dark mode as well when dark is looked at. What cannot
be known (pictures behind text, colours by name that are not known here) is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import css_inline

from notifications.compose.preflight.colours import BLACK, WHITE, Colour, contrast, read_colour
from notifications.compose.preflight.documents import Node, read_document
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.styles import font_size, font_weight

ENOUGH, ENOUGH_WHEN_LARGE = 4.5, 3.0
LARGE_PIXELS, LARGE_BOLD_PIXELS = 24.0, 18.66
UNREADABLE = 1.5
LINK = Colour(0, 0, 238)  # what browsers give a link that has no colour

_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_DARK = re.compile(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*\{((?:[^{}]*\{[^{}]*\})*)[^{}]*\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ink:
    """How text is drawn at some place. `ground` is None where it cannot be known."""

    colour: Colour | None = BLACK
    ground: Colour | None = WHITE
    size: float = 16.0
    weight: int = 400

    @property
    def needed(self) -> float:
        is_large = self.size >= LARGE_PIXELS or (self.weight >= 700 and self.size >= LARGE_BOLD_PIXELS)
        return ENOUGH_WHEN_LARGE if is_large else ENOUGH


def check(inspection: Inspection) -> Iterator[Finding]:
    html = inspection.main.html
    if not html:
        return
    yield from _check(inspection, html, mode="light")
    rules = dark_rules(html)
    if rules:
        yield from _check(inspection, html.replace("</head>", f"<style>{rules}</style></head>", 1), mode="dark")
    else:
        yield Finding(
            code="dark_missing", severity=Severity.INFORM,
            sentence="There are no styles for dark mode, so mail programs make up their own colours there.",
            mend="Add them in an <mj-style>, in @media (prefers-color-scheme: dark), as the layout `base` does.",
        )  # fmt: skip


def dark_rules(html: str) -> str:
    """The rules of all dark-mode blocks, as rules that always hold."""
    styles = "\n".join(_STYLE.findall(html))
    return "\n".join(_DARK.findall(re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)))


def _check(inspection: Inspection, html: str, *, mode: str) -> Iterator[Finding]:
    seen = set()
    for node, ink in inks(css_inline.inline(html, load_remote_stylesheets=False)):
        if ink.colour is None or ink.ground is None:
            continue
        colour = ink.colour.over(ink.ground)
        ratio = contrast(colour, ink.ground)
        if ratio >= ink.needed or (colour, ink.ground, ink.needed) in seen:
            continue
        seen.add((colour, ink.ground, ink.needed))
        text = node.own_text()
        yield Finding(
            code=f"contrast_{mode}", severity=Severity.STOP if ratio < UNREADABLE else Severity.WARN,
            place=inspection.places.find_text(text),
            sentence=f"In {mode} mode “{text[:60]}” is hard to read: {colour} on {ink.ground} is {ratio:.1f} to 1, "
            f"and {ink.needed:g} to 1 is needed.",
            mend="Make the text darker or its ground lighter." if mode == "light"
            else "Give both text and ground a colour in the styles for dark mode.",
        )  # fmt: skip


def inks(html: str) -> Iterator[tuple[Node, Ink]]:
    """Every element that holds text of its own, and how that is drawn."""
    waiting: list[tuple[Node, Ink]] = [(read_document(html), Ink())]
    while waiting:
        node, ink = waiting.pop()
        if node.is_hidden:
            continue
        ink = _inside(node, ink)
        if re.search(r"\w", node.own_text()):
            yield node, ink
        waiting += [(child, ink) for child in reversed(node.children) if isinstance(child, Node)]


def _inside(node: Node, ink: Ink) -> Ink:
    """How text is drawn in an element, given how it is drawn around it."""
    styles = node.styles
    colour = ink.colour
    if "color" in styles:
        colour = read_colour(styles["color"])
    elif node.tag == "a" and "href" in node.attributes:
        colour = LINK
    elif node.attributes.get("color"):
        colour = read_colour(node.attributes["color"])
    weight = 700 if node.tag in {"b", "strong", "th", "h1", "h2", "h3"} else ink.weight
    return replace(
        ink, colour=colour, ground=_ground(node, ink), size=font_size(styles, ink.size),
        weight=font_weight(styles, weight),
    )  # fmt: skip


def _ground(node: Node, ink: Ink) -> Colour | None:
    styles = node.styles
    named = styles.get("background-color") or styles.get("background") or node.attributes.get("bgcolor", "")
    if "url(" in styles.get("background", "") or "background-image" in styles or node.attributes.get("background"):
        return None
    if not named or named in {"none", "inherit", "initial"}:
        return ink.ground
    colour = read_colour(named) or read_colour(named.split()[0])
    if colour is None:
        return None
    if colour.alpha == 1:
        return colour
    return colour.over(ink.ground) if ink.ground is not None else None
