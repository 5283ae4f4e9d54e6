"""Which MJML components are there, where may each stand, what attributes does it know?"""

from __future__ import annotations

import difflib
import re

from mjml.core.registry import register_core_components

SLOT = "mj-slot"  # ours: where a layout takes the template's body
ANYWHERE = frozenset(("mj-class", "css-class"))
CONTENT = frozenset(
    (
        "mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image", "mj-navbar",
        "mj-raw", "mj-social", "mj-spacer", "mj-table", "mj-text",
    )
)  # fmt: skip
CHILDREN: dict[str, frozenset[str]] = {
    "": frozenset(("mjml",)),
    "mjml": frozenset(("mj-head", "mj-body")),
    "mj-head": frozenset(
        (
            "mj-attributes", "mj-breakpoint", "mj-font", "mj-html-attributes", "mj-raw",
            "mj-style", "mj-title",
        )
    ),
    "mj-html-attributes": frozenset(("mj-selector",)),
    "mj-selector": frozenset(("mj-html-attribute",)),
    "mj-body": frozenset(("mj-hero", "mj-raw", "mj-section", "mj-wrapper", SLOT)),
    "mj-wrapper": frozenset(("mj-hero", "mj-raw", "mj-section", SLOT)),
    "mj-section": frozenset(("mj-column", "mj-group", "mj-raw")),
    "mj-group": frozenset(("mj-column", "mj-raw")),
    "mj-column": CONTENT,
    "mj-hero": CONTENT,
    "mj-accordion": frozenset(("mj-accordion-element",)),
    "mj-accordion-element": frozenset(("mj-accordion-title", "mj-accordion-text")),
    "mj-carousel": frozenset(("mj-carousel-image",)),
    "mj-navbar": frozenset(("mj-navbar-link", "mj-raw")),
    "mj-social": frozenset(("mj-raw", "mj-social-element")),
}  # fmt: skip
HOLDS_HTML = frozenset(
    (
        "mj-accordion-text", "mj-accordion-title", "mj-button", "mj-navbar-link", "mj-raw",
        "mj-social-element", "mj-table", "mj-text",
    )
)  # fmt: skip
HOLDS_TEXT = frozenset(("mj-html-attribute", "mj-style", "mj-title"))
# Components that may be shown, left out or repeated by a Liquid block.
BLOCK_PARENTS = frozenset(
    (
        "mj-body", "mj-column", "mj-group", "mj-hero", "mj-navbar", "mj-section", "mj-social",
        "mj-wrapper",
    )
)  # fmt: skip
NEEDS = {
    "mj-class": "name", "mj-hero": "background-url", "mj-html-attribute": "name",
    "mj-image": "src", "mj-selector": "path",
}  # fmt: skip
NOT_RENDERED: dict[str, frozenset[str]] = {
    "mjml": frozenset(("dir", "lang", "owa")),
    "mj-class": frozenset(),
    "mj-html-attribute": frozenset(("name",)),
    "mj-selector": frozenset(("path",)),
    SLOT: frozenset(("name",)),
}
# The library computes with these, and Liquid in them is lost without a word.
COMPUTED_NAMES = re.compile(
    r"width|height|padding.*|inner-padding|border(-(top|right|bottom|left|radius))?"
    r"|.*-(width|height|size|spacing)"
)
COMPUTED_TYPES = ("unit", "integer", "boolean", "enum")
_LENGTH = re.compile(r"auto|-?\d*\.?\d+(px|%|em)?")

_COMPONENTS = register_core_components()
KNOWN = frozenset((*_COMPONENTS, *NOT_RENDERED, "mj-all")) - {"mj-preview"}


def name_unknown(tag: str) -> str:
    """The reason to give for a tag that is no component."""
    if tag == "mj-include":
        return "mj-include is not allowed: use a layout"
    if tag == "mj-preview":
        return "the front matter's `preheader` makes the mj-preview"
    close = difflib.get_close_matches(tag, sorted(KNOWN), n=1)
    return f"unknown MJML tag <{tag}>" + (f"; did you mean <{close[0]}>?" if close else "")


def may_hold(parent: str, tag: str) -> bool:
    if parent == "mj-attributes":
        return tag in KNOWN
    return tag in CHILDREN.get(parent, frozenset())


def attribute_fault(tag: str, name: str, value: str | None) -> str | None:
    """Why this attribute cannot stand there. `value` is None when it holds Liquid."""
    types = _types(tag)
    if types is not None and name not in types:
        close = difflib.get_close_matches(name, sorted(types), n=1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        return f"<{tag}> has no attribute `{name}`{hint}"
    kind = (types or {}).get(name) or ""
    if value is None:
        computed = kind.startswith(COMPUTED_TYPES) or COMPUTED_NAMES.fullmatch(name)
        return f"Liquid in `{name}` would be lost: MJML computes with it" if computed else None
    if not _fits(kind, value):
        return f"`{name}` of <{tag}> cannot be `{value}`: {kind}"
    return None


def _types(tag: str) -> dict[str, str | None] | None:
    """Attribute → type, as the component declares them; None: any attribute goes."""
    if tag in ("mj-all", "mj-class"):
        return None
    if tag in NOT_RENDERED:
        return dict.fromkeys(NOT_RENDERED[tag])
    component = _COMPONENTS[tag]
    declared = dict.fromkeys((*component.default_attrs(), *ANYWHERE))
    return {**declared, **component.allowed_attrs()}


def _fits(kind: str, value: str) -> bool:
    if kind.startswith("enum("):
        return value in kind[5:-1].split(",")
    if kind.startswith("unit") or kind == "integer":
        parts = value.split()
        return 0 < len(parts) <= (4 if "{1,4}" in kind else 1) and all(_LENGTH.fullmatch(part) for part in parts)
    return True
