"""A picture, uploaded or from an address, with the words that stand for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import Address, Align, Block, Level, Pen, Words, address_faults, words_faults
from notifications.compose.blocks.places import as_address, as_attribute


class Image(Block):
    label: ClassVar[str] = "Image"
    icon: ClassVar[str] = "image"

    kind: Literal["image"] = "image"
    src: Address = Field("", title="Picture", json_schema_extra={"control": "picture"})
    alt: Words = Field("", title="Instead of the picture", description="Read aloud, and shown where pictures are off")
    is_decorative: bool = Field(False, title="Only decoration", description="It says nothing that needs words")
    href: Address = Field("", title="Leads to", json_schema_extra={"control": "address"})
    width: Annotated[int, Field(ge=0, le=1200)] = Field(
        0, title="Width in pixels", description="0: as wide as there is"
    )
    align: Align = Field("center", title="Alignment")

    def faults(self) -> Iterator[str]:
        yield from address_faults("picture", self.src, is_picture=True)
        yield from address_faults("picture's link", self.href, is_needed=False)
        if not self.alt.strip() and not self.is_decorative:
            yield "say in words what the picture shows, or tick that it is only decoration"
        yield from words_faults(alt=self.alt)

    def write(self, pen: Pen, level: Level) -> None:
        src = as_address(self.src, is_picture=True)
        if not src:
            return
        alt = "" if self.is_decorative else as_attribute(self.alt)
        width = f' width="{self.width}px"' if self.width else ""
        href = as_address(self.href)
        link = f' href="{href}"' if href else ""
        pen.raw(f'<mj-image src="{src}" alt="{alt}" align="{self.align}"{width}{link}></mj-image>')

    def summary(self) -> str:
        return self.alt or self.src.rpartition("/")[2]
