"""A line, and empty space: what keeps two parts of a mail apart?"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import Block, Colour, Level, Pen, colour


class Divider(Block):
    label: ClassVar[str] = "Divider"
    icon: ClassVar[str] = "horizontal_rule"

    kind: Literal["divider"] = "divider"
    color: Colour = Field("", title="Colour")
    thickness: Annotated[int, Field(ge=1, le=12)] = Field(1, title="Thickness in pixels")

    def write(self, pen: Pen, level: Level) -> None:
        pen.leaf("mj-divider", border_color=colour(self.color, "#e6e9ef"), border_width=f"{self.thickness}px")


class Spacer(Block):
    label: ClassVar[str] = "Space"
    icon: ClassVar[str] = "height"

    kind: Literal["spacer"] = "spacer"
    height: Annotated[int, Field(ge=4, le=200)] = Field(24, title="Height in pixels")

    def write(self, pen: Pen, level: Level) -> None:
        pen.leaf("mj-spacer", height=f"{self.height}px")

    def summary(self) -> str:
        return f"{self.height} px"
