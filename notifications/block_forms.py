"""Which fields does a block's panel show, and what did somebody fill in?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from notifications.compose.blocks.base import Block
from notifications.compose.blocks.models import SavedBlock
from notifications.compose.blocks.richtext import clean_html
from notifications.compose.blocks.social import NETWORKS

_LONG = 60  # characters after which a field for words has several lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field of the panel. `kind` says how it is shown, and how it is read."""

    name: str
    label: str
    kind: str
    value: Any
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None


def controls_of(block: Block) -> list[Control]:
    """The fields of a block, in their order."""
    found = []
    for name, one in type(block).model_fields.items():
        kind = _kind(name, one)
        if kind:
            found.append(_control(name, one, kind, getattr(block, name)))
    return found


def read_fields(block: Block, posted: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the block's model takes them; those that are absent stay as they are."""
    fields: dict[str, Any] = {}
    for control in controls_of(block):
        if control.kind == "tick":
            fields[control.name] = control.name in posted
        elif control.name in posted:
            fields[control.name] = _read(control, str(posted[control.name]))
    return fields


def _control(name: str, one: FieldInfo, kind: str, value: Any) -> Control:
    limits = {type(limit).__name__: limit for limit in one.metadata}
    choices: tuple[tuple[str, str], ...] = ()
    if kind == "choice":
        choices = tuple((str(option), str(option)) for option in get_args(one.annotation))
    elif kind == "saved":
        choices = (("", "none"), *SavedBlock.objects.values_list("key", "name"))
    return Control(
        name=name, label=one.title or name, kind=kind, value=_shown(kind, value), hint=one.description or "",
        choices=choices, least=getattr(limits.get("Ge"), "ge", None), most=getattr(limits.get("Le"), "le", None),
    )  # fmt: skip


def _kind(name: str, one: FieldInfo) -> str:
    extra = one.json_schema_extra
    if isinstance(extra, dict) and "control" in extra:
        return str(extra["control"])
    if name in {"id", "kind"}:
        return ""
    if get_origin(one.annotation) is Literal:
        return "choice"
    by_type = {bool: "tick", int: "number"}
    if one.annotation in by_type:
        return by_type[one.annotation]
    return "colour" if name in {"color", "background"} else "words"


def _shown(kind: str, value: Any) -> Any:
    if kind == "widths":
        return ", ".join(map(str, value))
    if kind == "profiles":
        return "\n".join(f"{one.network} {one.href}" for one in value)
    return clean_html(value) if kind == "rich" else str(value) if kind == "choice" else value


def _read(control: Control, text: str) -> Any:
    text = text.replace("\r\n", "\n")
    if control.kind == "number" or (control.kind == "choice" and text.isdecimal()):
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 9 else text
    if control.kind == "widths":
        return tuple(int(part) for part in text.replace(",", " ").split() if part.isdecimal() and len(part) < 9)
    if control.kind == "profiles":
        return tuple(_profiles(text))
    return clean_html(text) if control.kind == "rich" else text


def _profiles(text: str) -> Iterator[dict[str, str]]:
    """One a line: `github https://…`; a line without a known network is a site of its own."""
    for line in text.splitlines():
        first, _, rest = line.strip().partition(" ")
        if first.lower() in NETWORKS:
            yield {"network": first.lower(), "href": rest.strip()}
        elif first:
            yield {"network": "web", "href": line.strip()}
