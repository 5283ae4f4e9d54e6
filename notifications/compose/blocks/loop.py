"""What is repeated for each thing of a list?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from notifications.compose.blocks.base import Block, Level, Path, Pen
from notifications.compose.blocks.places import PATH

if TYPE_CHECKING:
    from notifications.compose.blocks.tree import AnyBlock

Most = Annotated[int, Field(ge=1, le=100)]


class Loop(Block):
    label: ClassVar[str] = "For each"
    icon: ClassVar[str] = "repeat"
    hint: ClassVar[str] = "Blocks that are repeated for each thing of a list; write {{ item.name }} in them"
    is_section: ClassVar[bool] = True

    kind: Literal["loop"] = "loop"
    path: Path = Field("", title="List", description="Such as payload.items", json_schema_extra={"control": "path"})
    most: Most = Field(10, title="At most")
    blocks: tuple[AnyBlock, ...] = Field((), json_schema_extra={"control": ""})

    def slots(self) -> tuple[tuple[Any, ...], ...]:
        return (self.blocks,)

    def with_slots(self, slots: Sequence[tuple[Any, ...]]) -> Self:
        return self.model_copy(update={"blocks": slots[0]})

    def slot_names(self) -> tuple[str, ...]:
        return ("For each item",)

    def faults(self) -> Iterator[str]:
        if not PATH.fullmatch(self.path):
            yield "say which list, such as payload.items"
        if not self.blocks:
            yield "nothing is repeated"

    def write(self, pen: Pen, level: Level) -> None:
        if not PATH.fullmatch(self.path):
            return
        pen.raw(f"{{% for item in {self.path} limit: {self.most} %}}")
        pen.blocks(self.blocks, level)
        pen.raw("{% endfor %}")

    def summary(self) -> str:
        return self.path
