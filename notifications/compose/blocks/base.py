"""What do all blocks share, and what do they write with?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from notifications.compose.blocks.places import as_address, as_attribute, as_text, stray_liquid

BlockId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|brand|)$")]
Align = Literal["left", "center", "right"]
Words = Annotated[str, Field(max_length=2_000)]
Address = Annotated[str, Field(max_length=2_000)]
Path = Annotated[str, Field(max_length=200)]

BRAND_COLOUR = "{{ brand.color }}"
BRAND_BUTTON = "{{ brand.button }}"


class Level(Enum):
    """Where a block stands."""

    BODY = "body"  # among the sections of a mail
    COLUMN = "column"  # in a column, or on a hero's picture


class Block(BaseModel):
    """One block. It may be unfinished: `faults` says what is missing before it can be sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    label: ClassVar[str] = ""
    icon: ClassVar[str] = "crop_square"
    hint: ClassVar[str] = ""
    #: Stands among sections by itself; a content block is put into a section of its own there.
    is_section: ClassVar[bool] = False
    #: May stand in a column too.
    fits_column: ClassVar[bool] = True

    id: BlockId
    kind: str

    def slots(self) -> tuple[tuple[Any, ...], ...]:
        """The blocks that stand in it, slot by slot."""
        return ()

    def with_slots(self, slots: Sequence[tuple[Any, ...]]) -> Self:
        """The same block around other blocks."""
        return self

    def slot_level(self, level: Level) -> Level:
        """Where its blocks stand, if it stands at `level` itself."""
        return level

    def slot_names(self) -> tuple[str, ...]:
        """What its slots are called on screen."""
        return ()

    def faults(self) -> Iterator[str]:
        """What must be mended before it is published, in words for a marketer."""
        yield from ()

    def write(self, pen: Pen, level: Level) -> None:
        """Write it as MJML."""
        raise NotImplementedError

    def summary(self) -> str:
        """A few words that tell it from others of its kind."""
        return ""


class Pen:
    """Writes lines of MJML, and remembers which block each began with."""

    def __init__(self, saved: Mapping[str, tuple[Block, ...]], write_all: Callable[..., None]) -> None:
        self.saved = saved
        self.lines: list[str] = []
        self.starts: list[tuple[int, str]] = []  # line from 1, id of the block
        self._write_all = write_all

    def begin(self, block: Block) -> None:
        """What follows is of this block."""
        self.starts.append((len(self.lines) + 1, block.id))

    def raw(self, text: str) -> None:
        """Lines as they are."""
        self.lines += text.split("\n")

    def blocks(self, blocks: Sequence[Block], level: Level) -> None:
        """All of these, one after the other."""
        self._write_all(self, blocks, level)

    def open(self, tag: str, **attributes: str) -> None:
        """An opening tag. Values are of ours or went through `places`; empty ones are left out."""
        self.lines.append(f"<{tag}{_attributes(attributes)}>")

    def close(self, tag: str) -> None:
        self.lines.append(f"</{tag}>")

    def leaf(self, tag: str, inner: str = "", **attributes: str) -> None:
        """A whole element; `inner` went through `places` or `richtext`."""
        self.raw(f"<{tag}{_attributes(attributes)}>{inner}</{tag}>")


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f' {name.rstrip("_").replace("_", "-")}="{value}"' for name, value in attributes.items() if value)


def colour(value: str, otherwise: str = "") -> str:
    """A colour for an attribute."""
    return BRAND_COLOUR if value == "brand" else value or otherwise


def words_faults(**fields: str) -> Iterator[str]:
    """A fault for each field that holds Liquid which would be sent as text."""
    for name, text in fields.items():
        if stray := stray_liquid(text):
            yield (
                f"`{stray}` in the {name} would be sent as it stands: a value is {{{{ contact.first_name }}}},"
                " and a condition or a loop is a block of its own"
            )


def address_faults(name: str, address: str, *, is_needed: bool = True, is_picture: bool = False) -> Iterator[str]:
    """A fault for an address that is missing or leads nowhere."""
    if not address.strip():
        if is_needed:
            yield f"give the {name} an address"
    elif not as_address(address, is_picture=is_picture):
        yield f"`{address[:60]}` is no address for the {name}: begin with https://"


__all__ = ["Block", "Level", "Pen", "as_address", "as_attribute", "as_text"]
