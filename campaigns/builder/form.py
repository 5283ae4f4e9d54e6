"""What stands in the builder's form? The tree as it was drawn, with what was typed since, and the steps to go back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from campaigns.builder.changes import Path, Tree, change, empty
from campaigns.builder.controls import Control, dig, put, read_control
from campaigns.builder.subjects import fields
from campaigns.segments.conditions.payloads import fields_of
from campaigns.segments.faults import BadRule
from campaigns.segments.known import Known
from campaigns.segments.tree import require_size, walk
from tracking.schemas import find_schema

_MOST_STEPS = 20
_MOST_BYTES = 400_000


@dataclass(slots=True)
class BuilderForm:
    """The tree, and the trees before it, newest last."""

    tree: Tree
    before: list[Tree] = field(default_factory=list)

    @property
    def tree_json(self) -> str:
        """For the hidden field."""
        return json.dumps(self.tree)

    @property
    def before_json(self) -> str:
        """For the hidden field: so many steps, and not more than a page can carry."""
        steps = self.before[-_MOST_STEPS:]
        while len(text := json.dumps(steps)) > _MOST_BYTES and steps:
            steps = steps[1:]
        return text


def read_form(posted: QueryDict, known: Known) -> BuilderForm:
    """The form as it was posted. Raises BadRule where it is none of ours."""
    drawn = _load(posted.get("tree", ""))
    before = [one for one in _load_list(posted.get("before", "")) if isinstance(one, dict)]
    tree: Tree = json.loads(json.dumps(drawn))
    require_size(tree)
    for path, part in list(walk(tree.get("root"))):
        if isinstance(part, dict) and part.get("type") != "group":
            _overlay(part, f"p{'-'.join(map(str, path))}", posted, known)
    is_typed = tree != drawn
    return BuilderForm(tree=tree, before=[*before, drawn] if is_typed else before)


def apply(form: BuilderForm, action: str, path: Path, value: str) -> BuilderForm:
    """The form after a change or an undo; what cannot be done changes nothing."""
    if action == "undo":
        return BuilderForm(tree=form.before[-1], before=form.before[:-1]) if form.before else form
    try:
        tree = change(form.tree, action, path, value)
        require_size(tree)
    except (LookupError, TypeError):
        return form
    return BuilderForm(tree=tree, before=[*form.before, form.tree])


def field_name(prefix: str, control: Control) -> str:
    """What the field is called in the form."""
    return f"{prefix}.{control.name}"


def _overlay(part: Tree, prefix: str, posted: QueryDict, known: Known) -> None:
    for control in fields(part, known):
        name = field_name(prefix, control)
        if name in posted:
            put(part, control.path, read_control(control, posted.getlist(name)))
        elif control.kind == "checks" and f"{name}.shown" in posted:
            put(part, control.path, [])
    _tidy(part)


def _tidy(part: Tree) -> None:
    """What follows from a choice: the kind of a field, no empty anchor, no test that was removed."""
    if isinstance(part.get("since"), dict) and not part["since"].get("name"):
        del part["since"]
    if part.get("type") == "mailing" and not part.get("by"):
        part.pop("value", None)
    if isinstance(part.get("where"), list):
        part["where"] = [_with_kind(part, one) for one in part["where"] if dig(one, ["field"]) != "-"]
    if isinstance(part.get("window"), dict):
        kept = {"last": ("kind", "amount", "unit"), "between": ("kind", "since", "until")}
        names = kept.get(str(part["window"].get("kind")), ("kind",))
        part["window"] = {name: value for name, value in part["window"].items() if name in names}


def _with_kind(part: Tree, asked: Any) -> Any:
    schema = find_schema(str(part.get("name", "")))
    kind = (fields_of(schema) if schema else {}).get(str(dig(asked, ["field"])))
    if not isinstance(asked, dict) or kind is None or asked.get("kind") == kind:
        return asked
    return {"field": asked["field"], "kind": kind}


def _load(text: str) -> Tree:
    if not text:
        return empty()
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRule("The form could not be read. Load the page again.") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("root"), dict):
        raise BadRule("The form could not be read. Load the page again.")
    return tree


def _load_list(text: str) -> list[Any]:
    try:
        found = json.loads(text) if text else []
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []
