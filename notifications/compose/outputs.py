"""How is `{{ contact.first_name }}` written, a million times an hour?

Most outputs are a plain path to a text. They skip the library's general way: no filters to
try, no exceptions for each scope that lacks the name. The text is the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from liquid import escape
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import Output as OutputTag
from liquid.builtin.output import OutputNode
from liquid.stringify import to_liquid_string

if TYPE_CHECKING:
    from liquid import RenderContext
    from liquid.expression import Expression
    from liquid.token import Token

SPECIAL = re.compile("[&<>\"']")
_ABSENT = object()


class QuickOutputNode(OutputNode):
    """An output statement that knows its path beforehand."""

    __slots__ = ("path",)

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        self.path = _plain_path(expression)

    def render(self, context: RenderContext, buffer: Any) -> int:
        value = _ABSENT if self.path is None else find(context, self.path)
        if value is _ABSENT:
            value = self.expression.evaluate(context)
        if type(value) is not str:
            value = to_liquid_string(value, context.autoescape)
        elif context.autoescape and SPECIAL.search(value):
            value = escape(value)
        written: int = buffer.write(value)
        return written


class QuickOutputTag(OutputTag):
    """Makes the nodes above."""

    node_class = QuickOutputNode


def find(context: RenderContext, path: tuple[str, ...]) -> object:
    """The value at a path of names through dicts; _ABSENT leaves it to the library."""
    value: Any = context.scope
    for name in path:
        try:
            value = value[name]
        except (KeyError, TypeError, IndexError):
            return _ABSENT
    return value


def _plain_path(expression: Expression) -> tuple[str, ...] | None:
    """The names, when there is nothing but names to look up."""
    if not isinstance(expression, FilteredExpression) or expression.filters:
        return None
    left = expression.left
    if not isinstance(left, Path):
        return None
    names = tuple(name for name in left.path if isinstance(name, str))
    return names if len(names) == len(left.path) else None
