"""A heading: what does the mail, or the part below it, say in one line?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import Align, Block, Colour, Level, Pen, Words, colour, words_faults
from notifications.compose.blocks.places import as_text


class Heading(Block):
    label: ClassVar[str] = "Heading"
    icon: ClassVar[str] = "title"

    kind: Literal["heading"] = "heading"
    text: Words = Field("", title="Text")
    level: Literal[1, 2] = Field(1, title="Size", description="1: the mail's own; 2: of a part")
    align: Align = Field("left", title="Alignment")
    color: Colour = Field("", title="Colour")

    def faults(self) -> Iterator[str]:
        if not self.text.strip():
            yield "the heading is empty"
        yield from words_faults(heading=self.text)

    def write(self, pen: Pen, level: Level) -> None:
        inner = f"<h{self.level}>{as_text(self.text)}</h{self.level}>"
        pen.leaf("mj-text", inner, align=self.align, color=colour(self.color))

    def summary(self) -> str:
        return self.text
