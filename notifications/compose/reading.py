"""Which variables does a piece of Liquid read?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.expression import Expression

from notifications.compose.limits import MAX_LOOP_STEPS, TooCostly

if TYPE_CHECKING:
    from liquid import BoundTemplate, RenderContext
    from liquid.ast import Node

Reading = tuple[str | int | None, ...]  # path segments; None where only a mail's values decide


class BoundedStop(Expression):
    """The end of a range that refuses to lie too far from its start."""

    __slots__ = ("start", "stop")

    def __init__(self, start: Expression, stop: Expression) -> None:
        super().__init__(stop.token)
        self.start = start
        self.stop = stop

    def __str__(self) -> str:
        return str(self.stop)

    def evaluate(self, context: RenderContext) -> object:
        start, stop = self.start.evaluate(context), self.stop.evaluate(context)
        if _number(stop) - _number(start) > MAX_LOOP_STEPS:
            raise TooCostly("length of a range")
        return stop

    def children(self) -> list[Expression]:
        return [self.start, self.stop]


def _number(value: object) -> int:
    try:
        return int(cast("Any", value))
    except (TypeError, ValueError):
        return 0


def bound_ranges(template: BoundTemplate) -> None:
    """Make every `(a..b)` of a template refuse to be long, wherever it is evaluated."""
    for expression in expressions(template.nodes):
        if isinstance(expression, RangeLiteral):
            expression.stop = BoundedStop(expression.start, expression.stop)


def expressions(nodes: list[Node]) -> Iterator[Expression]:
    """Every expression in the nodes and below, parents first."""
    for node in all_nodes(nodes):
        for expression in node.expressions():
            yield from _with_children(expression)


def filters(nodes: list[Node]) -> Iterator[Filter]:
    """Every filter that the nodes apply."""
    for expression in expressions(nodes):
        if isinstance(expression, FilteredExpression):
            yield from expression.filters or ()


def all_nodes(nodes: list[Node]) -> Iterator[Node]:
    """The nodes and everything below them, in document order."""
    for node in nodes:
        yield node
        yield from all_nodes(_children(node))


def readings(nodes: list[Node]) -> set[Reading]:
    """Every path that the nodes read."""
    return {_reading(one) for one in expressions(nodes) if isinstance(one, Path)}


def paths_in(expressions: Iterable[Expression]) -> set[Reading]:
    """Every path that the expressions read."""
    return {_reading(one) for root in expressions for one in _with_children(root) if isinstance(one, Path)}


def tainted_names(nodes: list[Node], secrets: frozenset[str]) -> frozenset[str]:
    """Local names that may hold a secret: assigned, captured or looped from one, however often."""
    tainted: frozenset[str] = frozenset()
    while True:
        found = frozenset(
            str(name)
            for node in all_nodes(nodes)
            if any(may_read(one, secrets, tainted) for one in _sources(node))
            for name in (*node.template_scope(), *node.block_scope())
        )
        if found <= tainted:
            return tainted
        tainted |= found


def may_read(reading: Reading, secrets: frozenset[str], tainted: frozenset[str]) -> bool:
    """Whether a path is, holds, or lies below a secret; in doubt, yes."""
    if reading[0] in tainted:
        return True
    return any(_overlap(reading, tuple(secret.split("."))) for secret in secrets)


def _sources(node: Node) -> set[Reading]:
    """What decides the names a node binds: for a capture, all that is inside it."""
    if isinstance(node, CaptureNode):
        return readings([node])
    if isinstance(node, AssignNode) or list(node.block_scope()):
        return paths_in(node.expressions())
    return set()


def _overlap(reading: Reading, secret: Reading) -> bool:
    """Numbers in a path are list positions, which a secret's name leaves out."""
    named = [segment for segment in reading if not isinstance(segment, int)]
    return all(one is None or one == other for one, other in zip(named, secret, strict=False))


def _reading(path: Path) -> Reading:
    return tuple(segment if isinstance(segment, (str, int)) else None for segment in path.path)


def _with_children(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in expression.children():
        yield from _with_children(child)


def _children(node: Node) -> list[Node]:
    # The argument is for tags that load other templates; there are none.
    return list(node.children(cast("Any", None), include_partials=False))
