"""Where does the MJML library draw otherwise than the official one (mjml 4.18), and how is it mended?

tests/conformity compares them. Each component here says the same as its namesake of the official package.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from mjml.elements import MjDivider, MjSection, MjWrapper
from mjml.helpers import skeleton

_MARGINS = {"left": "0px", "right": "0px 0px 0px auto"}

Styles = dict[str, dict[str, Any]]


class Divider(MjDivider):  # type: ignore[misc]
    """The library forgets `align`, and takes the padding off a width in percent after dividing it."""

    def get_styles(self) -> Styles:
        styles: Styles = super().get_styles()
        margin = _MARGINS.get(self.getAttribute("align"), "0px auto")
        return {name: {**style, "margin": margin} for name, style in styles.items()}

    def getOutlookWidth(self) -> str:  # noqa: N802 - the library's own name
        width = self.getAttribute("width")
        if not width.endswith("%"):
            return str(super().getOutlookWidth())
        padding = self.getShorthandAttrValue("padding", "left") + self.getShorthandAttrValue("padding", "right")
        room = int(float(self.context["containerWidth"].removesuffix("px"))) - padding
        return f"{room * int(float(width[:-1])) / 100:g}px"

    def renderAfter(self) -> str:  # noqa: N802 - the library's own name
        align = self.getAttribute("align")
        return str(super().renderAfter()).replace('align="center"', f'align="{align}"', 1)


class _RoundCorners:
    """The library rounds the ground behind a section, but neither its border nor what lies over the corners."""

    def get_styles(self) -> Styles:
        styles: Styles = super().get_styles()  # type: ignore[misc]
        radius = self.getAttribute("border-radius")  # type: ignore[attr-defined]
        if not radius:
            return styles
        return {
            **styles,
            "div": {**styles["div"], "overflow": "hidden"},
            "table": {**styles["table"], "border-collapse": "separate"},
            "td": {**styles["td"], "border-radius": radius},
        }


class Section(_RoundCorners, MjSection):  # type: ignore[misc]
    pass


class Wrapper(_RoundCorners, MjWrapper):  # type: ignore[misc]
    pass


MENDED = (Divider, Section, Wrapper)

# The library parses the page around every mail anew, though it is always the same.
skeleton.Template = lru_cache(maxsize=4)(skeleton.Template)
