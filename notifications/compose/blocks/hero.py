"""A picture or colour with words on it: what is seen first?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from notifications.compose.blocks.base import Address, Block, Colour, Level, Pen, address_faults, colour
from notifications.compose.blocks.places import as_address

if TYPE_CHECKING:
    from notifications.compose.blocks.tree import AnyBlock


class Hero(Block):
    label: ClassVar[str] = "Hero"
    icon: ClassVar[str] = "panorama"
    is_section: ClassVar[bool] = True
    fits_column: ClassVar[bool] = False

    kind: Literal["hero"] = "hero"
    src: Address = Field("", title="Picture behind", json_schema_extra={"control": "picture"})
    background: Colour = Field("brand", title="Colour behind", description="Seen where pictures are off")
    room: Annotated[int, Field(ge=0, le=300)] = Field(48, title="Room above and below, in pixels")
    blocks: tuple[AnyBlock, ...] = Field((), json_schema_extra={"control": ""})

    def slots(self) -> tuple[tuple[Any, ...], ...]:
        return (self.blocks,)

    def with_slots(self, slots: Sequence[tuple[Any, ...]]) -> Self:
        return self.model_copy(update={"blocks": slots[0]})

    def slot_level(self, level: Level) -> Level:
        return Level.COLUMN

    def slot_names(self) -> tuple[str, ...]:
        return ("On it",)

    def faults(self) -> Iterator[str]:
        yield from address_faults("hero's picture", self.src, is_needed=False, is_picture=True)
        if not self.blocks:
            yield "nothing stands on the hero"

    def write(self, pen: Pen, level: Level) -> None:
        behind = colour(self.background, "{{ brand.color }}")
        src = as_address(self.src, is_picture=True)
        behind_all = (
            {"background_url": src, "background_size": "cover", "background_repeat": "no-repeat"} if src else {}
        )
        pen.open("mj-section", background_color=behind, padding=f"{self.room}px 0", **behind_all)
        pen.open("mj-column")
        pen.blocks(self.blocks, Level.COLUMN)
        pen.close("mj-column")
        pen.close("mj-section")
