"""Which regions can be written without rendering? Most: a text looked up, or a choice between such by one condition.

`{{ contact.first_name }}` and `{% if contact.plan == "pro" %} … {% else %} … {% endif %}` need no rendering context.
A shortcut writes what the template would, or says None and leaves it to the template: whenever a value is missing or
of another kind than expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from liquid import escape
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import Path
from liquid.builtin.expressions.logical import BooleanExpression, EqExpression, NeExpression
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.builtin.tags.if_tag import IfNode

from notifications.compose.outputs import SPECIAL, QuickOutputNode
from notifications.compose.reading import all_nodes

if TYPE_CHECKING:
    from liquid import BoundTemplate
    from liquid.ast import Node
    from liquid.expression import Expression

Variables = Mapping[str, Any]
Shortcut = Callable[[Variables], str | None]
_Condition = Callable[[Variables], bool | None]

_ABSENT = object()
_HAVING_TRUTH = frozenset((str, int, float, bool, list, dict))


def find_shortcuts(
    template: BoundTemplate, regions: Sequence[tuple[Node, ...]], *, is_html: bool
) -> tuple[Shortcut | None, ...]:
    """Each region's shortcut, or None for one that has to be rendered."""
    finder = _Finder(frozenset(name for node in all_nodes(template.nodes) for name in node.template_scope()), is_html)
    return tuple(finder.sequence(region) for region in regions)


class _Finder:
    """Of one document: names that the template itself gives values to are no shortcut's."""

    def __init__(self, bound: frozenset[Any], is_html: bool) -> None:
        self._bound = bound
        self._is_html = is_html

    def sequence(self, nodes: Iterable[Node]) -> Shortcut | None:
        shortcuts = [self._node(node) for node in nodes]
        found = [one for one in shortcuts if one is not None]
        if len(found) < len(shortcuts):
            return None
        return found[0] if len(found) == 1 else _joined(found)

    def _node(self, node: Node) -> Shortcut | None:
        if isinstance(node, ContentNode):
            text = node.text
            return lambda variables: text
        if isinstance(node, QuickOutputNode):
            return self._output(node)
        if type(node) is IfNode and not node.alternatives and not node.blank:
            return self._choice(node)
        return None

    def _output(self, node: QuickOutputNode) -> Shortcut | None:
        if node.path is None or node.path[0] in self._bound:
            return None
        path, is_html = node.path, self._is_html

        def write(variables: Variables) -> str | None:
            value = _look_up(path, variables)
            if type(value) is not str:
                return None
            return str(escape(value)) if is_html and SPECIAL.search(value) else value

        return write

    def _choice(self, node: IfNode) -> Shortcut | None:
        condition = self._condition(node.condition)
        then = self.sequence(node.consequence.nodes)
        otherwise = self.sequence(node.default.nodes) if node.default else _nothing
        if condition is None or then is None or otherwise is None:
            return None

        def write(variables: Variables) -> str | None:
            answer = condition(variables)
            return None if answer is None else then(variables) if answer else otherwise(variables)

        return write

    def _condition(self, expression: Expression) -> _Condition | None:
        inner = expression.expression if isinstance(expression, BooleanExpression) else expression
        if isinstance(inner, (EqExpression, NeExpression)):
            return self._comparison(inner)
        path = self._path(inner)
        return None if path is None else _is_there(path)

    def _comparison(self, expression: EqExpression | NeExpression) -> _Condition | None:
        path = self._path(expression.left)
        if path is None or not isinstance(expression.right, StringLiteral):
            return None
        return _is_same(path, expression.right.value, is_wanted=isinstance(expression, EqExpression))

    def _path(self, expression: Expression) -> tuple[str, ...] | None:
        if not isinstance(expression, Path):
            return None
        names = tuple(name for name in expression.path if isinstance(name, str))
        return names if len(names) == len(expression.path) and names[0] not in self._bound else None


def _joined(shortcuts: Sequence[Shortcut]) -> Shortcut:
    def write(variables: Variables) -> str | None:
        texts = [shortcut(variables) for shortcut in shortcuts]
        return None if None in texts else "".join(texts)  # type: ignore[arg-type] # just looked

    return write


def _nothing(variables: Variables) -> str:
    return ""


def _is_there(path: tuple[str, ...]) -> _Condition:
    """Liquid's truth: all but false and nil, also an empty text."""

    def decide(variables: Variables) -> bool | None:
        value = _look_up(path, variables)
        return value is not False if type(value) in _HAVING_TRUTH else None

    return decide


def _is_same(path: tuple[str, ...], text: str, *, is_wanted: bool) -> _Condition:
    def decide(variables: Variables) -> bool | None:
        value = _look_up(path, variables)
        return (value == text) is is_wanted if type(value) is str else None

    return decide


def _look_up(path: tuple[str, ...], variables: Variables) -> object:
    value: Any = variables
    for name in path:
        try:
            value = value[name]
        except (KeyError, TypeError, IndexError):
            return _ABSENT
    return value
