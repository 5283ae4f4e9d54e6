"""What stands side by side? On a phone, one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from notifications.compose.blocks.base import Block, Colour, Level, Pen, colour

if TYPE_CHECKING:
    from notifications.compose.blocks.tree import AnyBlock

Width = Annotated[int, Field(ge=10, le=90)]


class Columns(Block):
    label: ClassVar[str] = "Columns"
    icon: ClassVar[str] = "view_column"
    is_section: ClassVar[bool] = True
    fits_column: ClassVar[bool] = False

    kind: Literal["columns"] = "columns"
    widths: Annotated[tuple[Width, ...], Field(min_length=2, max_length=4)] = Field(
        (50, 50),
        title="Widths",
        description="Two to four parts, such as 50, 50",
        json_schema_extra={"control": "widths"},
    )
    columns: Annotated[tuple[tuple[AnyBlock, ...], ...], Field(max_length=4)] = Field(
        (), json_schema_extra={"control": ""}
    )
    background: Colour = Field("", title="Background")
    stays: bool = Field(False, title="Side by side on a phone too")

    def slots(self) -> tuple[tuple[Any, ...], ...]:
        return (*self.columns, *((),) * (len(self.widths) - len(self.columns)))[
            : max(len(self.widths), len(self.columns))
        ]

    def with_slots(self, slots: Sequence[tuple[Any, ...]]) -> Self:
        return self.model_copy(update={"columns": tuple(slots)})

    def slot_level(self, level: Level) -> Level:
        return Level.COLUMN

    def slot_names(self) -> tuple[str, ...]:
        return tuple(f"Column {number}" for number in range(1, len(self.slots()) + 1))

    def faults(self) -> Iterator[str]:
        if any(self.columns[len(self.widths) :]):
            yield "a column has blocks and no width: give one more width, or move the blocks"
        if not any(self.slots()):
            yield "the columns are empty"

    def write(self, pen: Pen, level: Level) -> None:
        pen.open("mj-section", background_color=colour(self.background), padding="0")
        if self.stays:
            pen.open("mj-group")
        total = sum(self.widths)
        for width, blocks in zip(self.widths, self.slots(), strict=False):
            pen.open("mj-column", width=f"{100 * width / total:.4g}%")
            pen.blocks(blocks, Level.COLUMN)
            pen.close("mj-column")
        if self.stays:
            pen.close("mj-group")
        pen.close("mj-section")

    def summary(self) -> str:
        return " : ".join(map(str, self.widths))
