"""Does a payload of this model have a value at this path?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

Path = tuple[str | int | None, ...]

#: What Liquid itself offers on lists and texts.
_OF_LISTS = frozenset(("first", "last", "size"))
_LISTS = (list, tuple, set, frozenset)


def missing_at(annotation: Any, path: Path) -> str | None:
    """Why there can be no value at the path below this type; None where there can be one."""
    if not path:
        return None
    reasons = [_missing(one, path) for one in _alternatives(annotation)]
    return None if None in reasons or not reasons else reasons[0]


def _missing(kind: Any, path: Path) -> str | None:
    name, *rest = path
    origin = get_origin(kind) or kind
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _missing_in_model(kind, name, tuple(rest))
    if origin in _LISTS:
        return _missing_in_list(kind, name, tuple(rest))
    if origin is dict:
        arguments = get_args(kind)
        return missing_at(arguments[1], tuple(rest)) if len(arguments) == 2 else None
    if kind is Any or kind is object:
        return None
    return None if name in _OF_LISTS else f"a {getattr(kind, '__name__', kind)} has no “{name}”"


def _missing_in_model(model: type[BaseModel], name: str | int | None, rest: Path) -> str | None:
    if name is None or model.model_config.get("extra") == "allow":
        return None
    fields = model.model_fields
    if name in fields:
        return missing_at(fields[str(name)].annotation, rest)
    close = difflib.get_close_matches(str(name), fields, n=1)
    return f"{model.__name__} has no “{name}”" + (f"; did you mean “{close[0]}”?" if close else "")


def _missing_in_list(kind: Any, name: str | int | None, rest: Path) -> str | None:
    arguments = [one for one in get_args(kind) if one is not Ellipsis]
    if name == "size":
        return None
    if isinstance(name, str) and name not in _OF_LISTS:
        return f"“{name}” is asked of a list; go through it with {{% for %}}"
    return missing_at(arguments[0], rest) if arguments else None


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The types that a value may have; nothing of its own for one that may be missing."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    arguments = get_args(annotation)
    is_union = arguments and get_origin(annotation) not in {*_LISTS, dict} and not isinstance(arguments[0], str)
    if not is_union:
        yield annotation
        return
    for one in arguments:
        if one is not type(None):
            yield from _alternatives(one)
