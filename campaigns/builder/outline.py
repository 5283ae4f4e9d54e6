"""How does a rule look in the builder? Its parts with their fields, and what is wrong with each, in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.builder.changes import Path, Tree
from campaigns.builder.controls import Control
from campaigns.builder.form import field_name
from campaigns.builder.subjects import fields, offered, subject_of
from campaigns.segments.faults import BadRule
from campaigns.segments.known import Known
from campaigns.segments.nesting import write_part
from campaigns.segments.pieces import Statement
from campaigns.segments.tree import DEEPEST, fault_of, read_condition

MATCHES = (("all", "All"), ("any", "Any"), ("none", "None"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A control with its name in the form."""

    name: str
    control: Control

    @property
    def html_id(self) -> str:
        """Stays with the field when the rule is drawn again, so that the cursor does."""
        return self.name.replace(".", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One part."""

    path: str
    is_group: bool
    is_root: bool
    may_nest: bool
    match: str = "all"
    subject: str = ""
    fault: str = ""
    is_lost: bool = False  # the menu does not have it any more
    may_filter: bool = False
    between: str = ""  # the word before it
    fields: list[Field] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)


def draw(tree: Tree, known: Known, *, at: datetime, inside: tuple[int, ...]) -> Node:
    """The whole rule."""
    return _draw(tree["root"], (), known, Statement(at=at, known=known, inside=inside), "")


def faults_in(node: Node) -> list[str]:
    """Everything that is wrong, in the order of the rule."""
    found = [node.fault] if node.fault else []
    for one in node.children:
        found += faults_in(one)
    return found


def _draw(part: Any, path: Path, known: Known, into: Statement, between: str) -> Node:
    part = part if isinstance(part, dict) else {"type": ""}
    place = "-".join(map(str, path))
    common: dict[str, Any] = {
        "path": place, "is_root": not path, "may_nest": len(path) < DEEPEST - 1, "between": between,
    }  # fmt: skip
    if part.get("type") != "group":
        drawn = [Field(name=field_name(f"p{place}", one), control=one) for one in fields(part, known)]
        may_filter = part.get("type") in {"event", "event_sum"} and bool(part.get("name"))
        return Node(
            is_group=False, subject=subject_of(part), is_lost=subject_of(part) not in offered(known),
            fault=_fault(part, path, into), fields=drawn, may_filter=may_filter, **common,
        )  # fmt: skip
    match = part.get("match", "all")
    word = {"all": "and", "any": "or", "none": "or"}.get(match, "and")
    rules = part.get("rules") if isinstance(part.get("rules"), list) else []
    children = [_draw(one, (*path, i), known, into, word if i else "") for i, one in enumerate(rules)]
    return Node(is_group=True, match=match, children=children, fault=fault_of(part, path), **common)


def _fault(part: Tree, path: Path, into: Statement) -> str:
    if message := fault_of(part, path):
        return message
    try:
        write_part(read_condition(part), into)
    except BadRule as error:
        return str(error)
    return ""
