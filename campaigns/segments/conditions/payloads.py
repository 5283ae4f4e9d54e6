"""What may be asked about the payload of an event? The fields of the schema that its name declares."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Field

from campaigns.segments.conditions.answers import DateAnswer, FlagAnswer, NumberAnswer, TextAnswer
from campaigns.segments.conditions.base import Key, Part
from campaigns.segments.conditions.sources import Place
from campaigns.segments.faults import BadRule
from campaigns.segments.pieces import Piece, Statement
from tracking.schemas import EventSchema

_DEEPEST = 3


class _OfPayload(Part):
    field: Key  # "total", "address.city", "items[].name": of any item


class PayloadText(TextAnswer, _OfPayload):
    kind: Literal["text"]


class PayloadNumber(NumberAnswer, _OfPayload):
    kind: Literal["number"]


class PayloadDate(DateAnswer, _OfPayload):
    kind: Literal["date"]


class PayloadFlag(FlagAnswer, _OfPayload):
    kind: Literal["boolean"]


PayloadTest = Annotated[PayloadText | PayloadNumber | PayloadDate | PayloadFlag, Field(discriminator="kind")]


def fields_of(schema: EventSchema) -> dict[str, str]:
    """The fields that can be asked for, by path, with their kinds. Secret ones are not among them."""
    return dict(_walk(schema.payload, "", 0))


def require_field(schema: EventSchema, field: str, kind: str) -> None:
    """Raises BadRule unless the event declares such a field."""
    declared = fields_of(schema).get(field)
    if declared is None:
        raise BadRule(f"The event “{schema.name}” has no field “{field}” (any more). Choose another.")
    if declared != kind:
        raise BadRule(f"The field “{field}” of “{schema.name}” holds a {declared}. Choose it again.")


def match_payload(schema: EventSchema, asked: PayloadTest, into: Statement) -> Piece:
    """Whether the payload of the event `e` is so; of a list, whether one of its items is."""
    require_field(schema, asked.field, asked.kind)
    before, is_list, after = asked.field.partition("[]")
    if not is_list:
        return _compare(Place("e.payload", tuple(before.split("."))), asked, into)
    array = Place("e.payload", tuple(before.split("."))).as_array()
    item = tuple(after.removeprefix(".").split(".")) if after else ()
    test = _compare(Place("i.item", item), asked, into)
    sql = f"EXISTS (SELECT FROM jsonb_array_elements({array.sql}) AS i(item) WHERE {test.sql})"
    return Piece(sql, (*array.values, *test.values))


def _compare(place: Place, asked: PayloadTest, into: Statement) -> Piece:
    match asked:
        case PayloadText():
            return asked.compare(place.as_text())
        case PayloadNumber():
            return asked.compare(number_in(place))
        case PayloadDate():
            return asked.compare(place.as_date(), into, is_personal=False)
    return asked.compare(place)


def number_in(place: Place) -> Piece:
    """A number in a payload; the total has a column of its own, which an index holds."""
    return Piece("e.total") if place == Place("e.payload", ("total",)) else place.as_number(is_lenient=True)


def _walk(model: type[BaseModel], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield from _of_annotation(field.annotation, f"{prefix}{name}", depth)


def _of_annotation(annotation: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    bare = _bare(annotation)
    if kind := _kind_of(bare):
        yield path, kind
    elif get_origin(bare) in {list, tuple, set, frozenset} and "[]" not in path and get_args(bare):
        yield from _of_annotation(get_args(bare)[0], f"{path}[]", depth)
    elif isinstance(bare, type) and issubclass(bare, BaseModel) and depth < _DEEPEST:
        yield from _walk(bare, f"{path}.", depth + 1)


def _bare(annotation: Any) -> Any:
    """Without Annotated and Optional."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, types.UnionType}:
        some = [one for one in get_args(annotation) if one is not type(None)]
        return _bare(some[0]) if len(some) == 1 else annotation
    return annotation


def _kind_of(bare: Any) -> str:
    if get_origin(bare) is Literal:
        return "text" if all(isinstance(one, str) for one in get_args(bare)) else ""
    if not isinstance(bare, type):
        return ""
    kinds: list[tuple[type, str]] = [
        (bool, "boolean"), (int, "number"), (float, "number"), (Decimal, "number"), (datetime, "date"), (date, "date"),
        (str, "text"),
    ]  # fmt: skip
    found = next((kind for one, kind in kinds if issubclass(bare, one)), "")
    return "text" if not found and issubclass(bare, Enum) and all(isinstance(m.value, str) for m in bare) else found
