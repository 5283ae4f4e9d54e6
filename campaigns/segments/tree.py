"""What is a rule? A tree: groups of conditions and of further groups."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from campaigns.segments.conditions import AnyCondition
from campaigns.segments.conditions.base import Part
from campaigns.segments.faults import BadRule

VERSION = 1
DEEPEST = 5
MOST_PARTS = 100
_MOST_BYTES = 100_000

Path = tuple[int, ...]


class Group(Part):
    """Parts of which all, any, or none must hold."""

    type: Literal["group"]
    match: Literal["all", "any", "none"] = "all"
    rules: Annotated[tuple[Annotated[AnyCondition | Group, Field(discriminator="type")], ...], Field(max_length=50)]


class Rule(Part):
    """A whole rule, as it is stored."""

    version: Literal[1]
    root: Group


_rule: TypeAdapter[Rule] = TypeAdapter(Rule)
_condition: TypeAdapter[AnyCondition] = TypeAdapter(AnyCondition)


def read_rule(raw: Mapping[str, Any]) -> Rule:
    """A stored rule. Raises BadRule with the path of the first fault."""
    require_size(raw)
    for path, part in walk(raw.get("root")):
        if message := fault_of(part, path):
            raise BadRule(message, path)
    try:
        return _rule.validate_json(json.dumps(raw))
    except ValidationError as error:
        raise BadRule(f"This rule cannot be read: {_message(error)}") from error


def read_condition(raw: Mapping[str, Any]) -> AnyCondition:
    """One condition. Raises BadRule."""
    try:
        return _condition.validate_json(json.dumps(raw))
    except ValidationError as error:
        raise BadRule(_message(error)) from error


def require_size(raw: Any) -> None:
    """Raises BadRule for what is too large to be looked into."""
    if _depth(raw.get("root")) > DEEPEST:
        raise BadRule(f"Groups are nested deeper than {DEEPEST} levels. Make a segment of the inner ones.")
    if sum(1 for _ in walk(raw.get("root"))) > MOST_PARTS:
        raise BadRule(f"The rule has more than {MOST_PARTS} parts. Make a segment of some of them.")
    if len(json.dumps(raw)) > _MOST_BYTES:
        raise BadRule("The rule is too long. Put long lists of values on a list of contacts instead.")


def walk(root: Any) -> Iterator[tuple[Path, Any]]:
    """Every part with its path, groups before what is in them; whatever the parts look like."""
    waiting: list[tuple[Path, Any]] = [((), root)]
    while waiting:
        path, part = waiting.pop()
        yield path, part
        rules = part.get("rules") if isinstance(part, dict) and part.get("type") == "group" else None
        if isinstance(rules, list):
            waiting += [((*path, index), one) for index, one in reversed(list(enumerate(rules)))]


def fault_of(part: Any, path: Path) -> str:
    """What is wrong with this part by itself, in words that say what to do; "" where nothing is."""
    if not isinstance(part, dict):
        return "This rule cannot be read."
    if part.get("type") == "group":
        if path and not part.get("rules"):
            return "This group is empty: add a condition, or remove it."
        return "" if part.get("match", "all") in {"all", "any", "none"} else "Say whether all, any or none must hold."
    try:
        read_condition(part)
    except BadRule as error:
        return str(error)
    return ""


def _depth(root: Any) -> int:
    return max(len(path) for path, _ in walk(root))


_MISSING = {
    "name": "Choose an event.", "topic": "Choose a topic.", "list": "Choose a list.", "segment": "Choose a segment.",
    "levels": "Tick at least one level.", "field": "Choose a field.", "amount": "Fill in how many.",
    "number": "Fill in the number.",
}  # fmt: skip
_KINDS = {"int": "Write a whole number", "decimal": "Write a number", "date": "Choose a day"}


def _message(error: ValidationError) -> str:
    """The first fault in words that say what to do."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    reason = first["msg"].removeprefix("Value error, ")
    where = [str(step) for step in first["loc"] if isinstance(step, str)]
    field = where[-1] if where else ""
    if first["type"] in {"missing", "too_short"} and field in _MISSING:
        return _MISSING[field]
    if first["type"].startswith("union_tag"):
        return "Nothing of this kind can be asked here. Choose something else."
    kind = next((words for start, words in _KINDS.items() if first["type"].startswith(f"{start}_")), "")
    if kind:
        return f"{kind} for “{field.replace('_', ' ')}”."
    if first["type"] == "value_error" or not field:
        return f"{reason[:1].upper()}{reason[1:]}."
    return f"{field.replace('_', ' ').capitalize()}: {reason[:1].lower()}{reason[1:]}."
