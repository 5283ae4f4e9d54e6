"""How does a rule change as it is built? Each change makes a new tree of what stands there, whole or not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from campaigns.builder.subjects import begin
from campaigns.segments.tree import DEEPEST

Path = tuple[int, ...]
Tree = dict[str, Any]


def empty() -> Tree:
    """The rule that everybody fits."""
    return {"version": 1, "root": {"type": "group", "match": "all", "rules": []}}


def group_at(tree: Tree, path: Path) -> Tree:
    """The group or condition at a path. Raises LookupError."""
    part: Any = tree["root"]
    for step in path:
        part = part["rules"][step]
    if not isinstance(part, dict):
        raise LookupError(path)
    found: Tree = part
    return found


def change(tree: Tree, action: str, path: Path, value: str = "") -> Tree:
    """The tree after a change. Raises LookupError where there is no such part or change."""
    tree = deepcopy(tree)
    {
        "add": _add, "group": _group, "remove": _remove, "up": _up, "down": _down, "match": _match, "turn": _turn,
        "where": _where, "copy": _copy,
    }[action](tree, path, value)  # fmt: skip
    return tree


def _add(tree: Tree, path: Path, value: str) -> None:
    group_at(tree, path)["rules"].append(begin(value or "engagement"))


def _group(tree: Tree, path: Path, value: str) -> None:
    """A condition goes into a group of its own; a group gets an empty one inside."""
    if len(path) >= DEEPEST - 1:
        raise LookupError(path)
    part = group_at(tree, path)
    if part.get("type") == "group":
        part["rules"].append({"type": "group", "match": "any", "rules": []})
    else:
        group_at(tree, path[:-1])["rules"][path[-1]] = {"type": "group", "match": "any", "rules": [part]}


def _remove(tree: Tree, path: Path, value: str) -> None:
    del group_at(tree, path[:-1])["rules"][path[-1]]


def _copy(tree: Tree, path: Path, value: str) -> None:
    rules = group_at(tree, path[:-1])["rules"]
    rules.insert(path[-1] + 1, deepcopy(rules[path[-1]]))


def _up(tree: Tree, path: Path, value: str) -> None:
    """One place up; the first of a group leaves it."""
    rules = group_at(tree, path[:-1])["rules"]
    part = rules.pop(path[-1])
    if path[-1] > 0:
        rules.insert(path[-1] - 1, part)
    elif len(path) > 1:
        group_at(tree, path[:-2])["rules"].insert(path[-2], part)
    else:
        rules.insert(0, part)


def _down(tree: Tree, path: Path, value: str) -> None:
    """One place down; the last of a group leaves it."""
    rules = group_at(tree, path[:-1])["rules"]
    part = rules.pop(path[-1])
    if path[-1] < len(rules):
        rules.insert(path[-1] + 1, part)
    elif len(path) > 1:
        group_at(tree, path[:-2])["rules"].insert(path[-2] + 1, part)
    else:
        rules.append(part)


def _match(tree: Tree, path: Path, value: str) -> None:
    group_at(tree, path)["match"] = value


def _turn(tree: Tree, path: Path, value: str) -> None:
    """Ask about something else."""
    rules = group_at(tree, path[:-1])["rules"]
    rules[path[-1]] = begin(value)


def _where(tree: Tree, path: Path, value: str) -> None:
    part = group_at(tree, path)
    part["where"] = [*(part.get("where") or []), {"kind": "text"}]
