"""MJML written by hand, for what no block can do; and a block that many templates share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from notifications.compose.blocks.base import Block, Level, Pen
from notifications.compose.limits import MAX_SOURCE_BYTES


class Raw(Block):
    label: ClassVar[str] = "MJML"
    icon: ClassVar[str] = "code"
    hint: ClassVar[str] = "Checked when it is published: scripts, forms and unknown tags are refused with their line"
    is_section: ClassVar[bool] = True

    kind: Literal["raw"] = "raw"
    mjml: Annotated[str, Field(max_length=MAX_SOURCE_BYTES)] = Field(
        "", title="MJML", json_schema_extra={"control": "code"}
    )

    def faults(self) -> Iterator[str]:
        if not self.mjml.strip():
            yield "there is no MJML in it"

    def write(self, pen: Pen, level: Level) -> None:
        pen.raw(self.mjml)

    def summary(self) -> str:
        return " ".join(self.mjml.split())


class Saved(Block):
    label: ClassVar[str] = "Saved block"
    icon: ClassVar[str] = "bookmark"
    is_section: ClassVar[bool] = True
    fits_column: ClassVar[bool] = False

    kind: Literal["saved"] = "saved"
    key: Annotated[str, Field(max_length=100)] = Field("", title="Which", json_schema_extra={"control": "saved"})

    def faults(self) -> Iterator[str]:
        if not self.key:
            yield "choose which saved block"

    def write(self, pen: Pen, level: Level) -> None:
        shared = tuple(one for one in pen.saved.get(self.key, ()) if not isinstance(one, Saved))
        pen.blocks(shared, level)

    def summary(self) -> str:
        return self.key
