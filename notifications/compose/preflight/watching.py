"""What does a piece of Liquid write for one person, and which of its outputs write nothing?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from liquid.builtin.expressions import FilteredExpression
from liquid.exceptions import LiquidError

from notifications.compose.filters import install_filters, keep_plain
from notifications.compose.linktags import LINK_TAGS, LinkWriter
from notifications.compose.outputs import QuickOutputNode, QuickOutputTag
from notifications.compose.reading import readings
from notifications.compose.sandbox import REFUSED_TAGS, Output, SandboxContext, SandboxEnvironment, parse

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment, RenderContext


class WatchedContext(SandboxContext):
    """Remembers the outputs that wrote nothing."""

    __slots__ = ("silent",)

    def __init__(self, template: BoundTemplate, *, variables: Mapping[str, object], links: LinkWriter) -> None:
        super().__init__(template, variables=variables, links=links)
        self.silent: dict[str, None] = {}


class WatchedOutputNode(QuickOutputNode):
    """An output that says when it wrote nothing; not one that asked for a default, which may be empty."""

    __slots__ = ()

    def render(self, context: RenderContext, buffer: Any) -> int:
        written = super().render(context, buffer)
        if not written and isinstance(context, WatchedContext) and not _has_default(self.expression):
            context.silent[str(self.expression)] = None
        return written


class WatchedOutputTag(QuickOutputTag):
    """Makes the nodes above."""

    node_class = WatchedOutputNode


def find_silent(source: str, variables: Mapping[str, Any], *, is_html: bool) -> tuple[str, ...]:
    """The expressions of a compiled document that write nothing for these variables. Never raises."""
    try:
        template = _parse(source, is_html=is_html)
        context = WatchedContext(template, variables=variables, links=LinkWriter(public_url=None, token=""))
        _write(template, context)
    except Exception:  # noqa: BLE001 - a filter may raise whatever a value makes it; `rendered` reports that
        return ()
    return tuple(context.silent)


def evaluate(source: str, variables: Mapping[str, Any]) -> str:
    """What a piece of a source writes as plain text; "" where it cannot be rendered by itself."""
    try:
        template = parse(source, is_html=False)
        links = LinkWriter(public_url=None, token="")
        return _write(template, SandboxContext(template, variables=variables, links=links))
    except Exception:  # noqa: BLE001 - out of its place a piece may read what is not there
        return ""


@lru_cache(maxsize=1024)
def reads_only(source: str, root: str) -> bool:
    """Whether a piece of Liquid reads this variable, and no other."""
    try:
        read = readings(parse(source, is_html=False).nodes)
    except LiquidError:
        return False
    return bool(read) and all(one[0] == root for one in read)


def _write(template: BoundTemplate, context: SandboxContext) -> str:
    output: Any = Output()
    for node in template.nodes:
        node.render(context, output)
    return str(output.getvalue())


def _has_default(expression: Any) -> bool:
    return isinstance(expression, FilteredExpression) and any(one.name == "default" for one in expression.filters or ())


@lru_cache(maxsize=32)
def _parse(source: str, *, is_html: bool) -> BoundTemplate:
    return _environment(is_html=is_html).from_string(source)


@lru_cache(maxsize=2)
def _environment(*, is_html: bool) -> Environment:
    """As for sending, with outputs that are watched."""
    made = SandboxEnvironment(autoescape=is_html)
    for name in REFUSED_TAGS:
        del made.tags[name]
    made.add_tag(WatchedOutputTag)
    install_filters(made)
    if not is_html:
        keep_plain(made)
    for tag in LINK_TAGS:
        made.add_tag(tag)
    return made
