"""What is shown to some people only, and what to the others?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field

from notifications.compose.blocks.base import Block, Level, Path, Pen
from notifications.compose.blocks.places import PATH

if TYPE_CHECKING:
    from notifications.compose.blocks.tree import AnyBlock

Operator = Literal["is set", "is empty", "is", "is not", "contains", "is more than", "is less than"]

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")
_UNFIT = re.compile(r"[^\w \-.,:;@/+#!?()$€£']")


class Condition(Block):
    label: ClassVar[str] = "Only for some"
    icon: ClassVar[str] = "alt_route"
    hint: ClassVar[str] = "Blocks that are shown where something is so, and others where it is not"
    is_section: ClassVar[bool] = True

    kind: Literal["condition"] = "condition"
    path: Path = Field("", title="Value", description="Such as contact.country", json_schema_extra={"control": "path"})
    operator: Operator = Field("is set", title="Test")
    value: Annotated[str, Field(max_length=200)] = Field("", title="Compared with")
    blocks: tuple[AnyBlock, ...] = Field((), json_schema_extra={"control": ""})
    otherwise: tuple[AnyBlock, ...] = Field((), json_schema_extra={"control": ""})

    def slots(self) -> tuple[tuple[Any, ...], ...]:
        return (self.blocks, self.otherwise)

    def with_slots(self, slots: Sequence[tuple[Any, ...]]) -> Self:
        return self.model_copy(update={"blocks": slots[0], "otherwise": slots[1]})

    def slot_names(self) -> tuple[str, ...]:
        return ("Where it is so", "Otherwise")

    def faults(self) -> Iterator[str]:
        if not PATH.fullmatch(self.path):
            yield "say which value is tested, such as contact.country"
        if self.operator in {"is more than", "is less than"} and not _NUMBER.fullmatch(self.value.strip()):
            yield f"`{self.operator}` compares with a number"
        elif self.operator not in {"is set", "is empty"} and _UNFIT.search(self.value):
            yield f"`{_UNFIT.findall(self.value)[0]}` cannot stand in what is compared with"
        if not self.blocks and not self.otherwise:
            yield "nothing depends on this condition"

    def write(self, pen: Pen, level: Level) -> None:
        if not PATH.fullmatch(self.path):
            pen.blocks(self.blocks, level)
            return
        name = f"n_{re.sub('[^a-z0-9]', '_', self.id)}"
        if self.operator in {"is more than", "is less than"}:
            pen.raw(f"{{% assign {name} = {self.path} | plus: 0 %}}")
        elif self.operator == "contains":
            pen.raw(f'{{% assign {name} = {self.path} | join: "," %}}')
        pen.raw(f"{{% if {self._test(name)} %}}")
        pen.blocks(self.blocks, level)
        if self.otherwise:
            pen.raw("{% else %}")
            pen.blocks(self.otherwise, level)
        pen.raw("{% endif %}")

    def _test(self, name: str) -> str:
        """The test as Liquid that no value can make fail: what is missing, or no number, is not so."""
        path, value = self.path, self._literal()
        return {
            "is set": f'{path} and {path} != ""',
            "is empty": f'{path} == nil or {path} == false or {path} == ""',
            "is": f"{path} == {value}",
            "is not": f"{path} != {value}",
            "contains": f"{name} contains {value}",
            "is more than": f"{path} and {name} > {value}",
            "is less than": f"{path} and {name} < {value}",
        }[self.operator]

    def _literal(self) -> str:
        value = self.value.strip()
        if self.operator in {"is more than", "is less than"}:
            return value if _NUMBER.fullmatch(value) else "0"
        if self.operator != "contains" and (_NUMBER.fullmatch(value) or value in {"true", "false"}):
            return value
        return f'"{_UNFIT.sub("", value)}"'

    def summary(self) -> str:
        compared = "" if self.operator in {"is set", "is empty"} else f" {self.value}"
        return f"{self.path} {self.operator}{compared}"
