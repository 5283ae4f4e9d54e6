"""Which variables of the mail does a document read, seen through its loops and assignments?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.tablerow_tag import TablerowNode
from liquid.exceptions import LiquidError

from notifications.compose.reading import Reading
from notifications.compose.sandbox import parse

if TYPE_CHECKING:
    from liquid.ast import Node
    from liquid.expression import Expression

#: A local name and the path that it stands for; None where it stands for nothing of the mail.
Scope = Mapping[str, Reading | None]


def read_variables(source: str, *, is_html: bool) -> set[Reading]:
    """The paths from the mail's own variables that a compiled document reads: `item.name` in a loop over
    `payload.items` is ("payload", "items", None, "name")."""
    try:
        nodes = parse(source, is_html=is_html, is_compiled=True).nodes
    except LiquidError:
        return set()
    return {reading for _node, expression, scope in _walk(nodes, {}) for reading in _paths(expression, scope)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A place where a document reads a variable. `is_written`: it comes out there; else it decides or is reckoned with.
    `has_default`: the output asks for other words where it is blank."""

    reading: Reading
    is_written: bool
    has_default: bool = False


def read_uses(source: str, *, is_html: bool) -> list[Use]:
    """Every place of a compiled document that reads a variable of the mail."""
    try:
        nodes = parse(source, is_html=is_html, is_compiled=True).nodes
    except LiquidError:
        return []
    return [use for node, expression, scope in _walk(nodes, {}) for use in _uses(node, expression, scope)]


def _uses(node: Node, expression: Expression, scope: Scope) -> Iterator[Use]:
    written = expression.left if isinstance(node, OutputNode) and isinstance(expression, FilteredExpression) else None
    for path in _all_paths(expression):
        reading = resolve(path, scope)
        if reading is not None:
            is_written = path is written
            yield Use(reading=reading, is_written=is_written, has_default=is_written and _asks_default(expression))


def _asks_default(expression: Expression) -> bool:
    filters = expression.filters if isinstance(expression, FilteredExpression) else None
    return any(one.name == "default" for one in filters or ())


def _walk(nodes: list[Node], outer: Scope) -> Iterator[tuple[Node, Expression, Scope]]:
    """Every expression with its node, and what local names stand for there."""
    scope = dict(outer)
    for node in nodes:
        for expression in node.expressions():
            yield node, expression, dict(scope)
        yield from _walk(_children(node), {**scope, **_block_scope(node, scope)})
        scope.update(_assigned(node, scope))


def _paths(expression: Expression, scope: Scope) -> Iterator[Reading]:
    for path in _all_paths(expression):
        reading = resolve(path, scope)
        if reading is not None:
            yield reading


def _all_paths(expression: Expression) -> Iterator[Path]:
    if isinstance(expression, Path):
        yield expression
    for child in expression.children():
        yield from _all_paths(child)


def resolve(path: Path, scope: Scope) -> Reading | None:
    """The path from a variable of the mail; None for one from a local name."""
    reading: Reading = tuple(one if isinstance(one, (str, int)) else None for one in path.path)
    if reading[0] not in scope:
        return reading
    before = scope[str(reading[0])]
    return None if before is None else (*before, *reading[1:])


def _block_scope(node: Node, scope: Scope) -> Scope:
    names: dict[str, Reading | None] = {str(name): None for name in node.block_scope()}
    if isinstance(node, (ForNode, TablerowNode)):
        iterable = node.expression.iterable
        before = resolve(iterable, scope) if isinstance(iterable, Path) else None
        names[str(node.expression.identifier)] = (*before, None) if before is not None else None
    return names


def _assigned(node: Node, scope: Scope) -> Scope:
    """Names that hold from here on; a name made by filters, or in a block, stands for nothing known."""
    if isinstance(node, AssignNode):
        expression = node.expression
        plain = expression.left if isinstance(expression, FilteredExpression) and not expression.filters else None
        return {str(node.name): resolve(plain, scope) if isinstance(plain, Path) else None}
    if isinstance(node, CaptureNode):
        return {str(name): None for name in node.template_scope()}
    inner: dict[str, Reading | None] = {}
    for child in _children(node):
        inner.update(dict.fromkeys(_assigned(child, scope), None))
    return inner


def _children(node: Node) -> list[Node]:
    return list(node.children(cast("Any", None), include_partials=False))
