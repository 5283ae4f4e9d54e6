"""A text: paragraphs and lists, with bold, italics and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import Align, Block, Colour, Level, Pen, colour, words_faults
from notifications.compose.blocks.richtext import clean_html

_TAGS = re.compile(r"<[^<>]*>")


class Text(Block):
    label: ClassVar[str] = "Text"
    icon: ClassVar[str] = "notes"

    kind: Literal["text"] = "text"
    html: Annotated[str, Field(max_length=40_000)] = Field("", title="Text", json_schema_extra={"control": "rich"})
    align: Align = Field("left", title="Alignment")
    color: Colour = Field("", title="Colour")
    is_quiet: bool = Field(False, title="Small print")

    def faults(self) -> Iterator[str]:
        if not _TAGS.sub("", self.html).strip():
            yield "the text is empty"
        yield from words_faults(text=self.html)

    def write(self, pen: Pen, level: Level) -> None:
        quiet = {"css_class": "quiet", "font_size": "14px", "color": "#687385"} if self.is_quiet else {}
        attributes = {**quiet, "align": self.align, **({"color": colour(self.color)} if self.color else {})}
        pen.leaf("mj-text", clean_html(self.html), **attributes)

    def summary(self) -> str:
        return " ".join(_TAGS.sub(" ", self.html).split())
