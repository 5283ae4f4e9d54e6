"""A button: what shall the reader do?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import (
    BRAND_BUTTON,
    Address,
    Align,
    Block,
    Colour,
    Level,
    Pen,
    Words,
    address_faults,
    words_faults,
)
from notifications.compose.blocks.places import as_address, as_text


class Button(Block):
    label: ClassVar[str] = "Button"
    icon: ClassVar[str] = "smart_button"

    kind: Literal["button"] = "button"
    text: Words = Field("", title="Words on it")
    href: Address = Field("", title="Leads to", json_schema_extra={"control": "address"})
    align: Align = Field("left", title="Alignment")
    color: Colour = Field("brand", title="Colour")
    is_wide: bool = Field(False, title="As wide as the text")

    def faults(self) -> Iterator[str]:
        if not self.text.strip():
            yield "the button has no words on it"
        yield from address_faults("button", self.href)
        yield from words_faults(button=self.text)

    def write(self, pen: Pen, level: Level) -> None:
        href, painted = as_address(self.href), BRAND_BUTTON if self.color in {"brand", ""} else self.color
        pen.leaf(
            "mj-button", as_text(self.text) or "&nbsp;", href=href, align=self.align,
            background_color=painted, width="100%" if self.is_wide else "",
        )  # fmt: skip

    def summary(self) -> str:
        return self.text
