"""What may a template's Liquid do, and for how long?

Values are plain JSON, so there is no attribute to climb along; what is left is cost. Every
loop step, filter and assignment looks at one deadline, and sizes are checked before they grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from liquid import Environment, RenderContext
from liquid.exceptions import LiquidError
from liquid.utils import ReadOnlyChainMap

from notifications.compose.filters import install_filters, keep_plain
from notifications.compose.limits import (
    MAX_LOOP_STEPS,
    MAX_OUTPUT,
    MAX_SECONDS,
    TooCostly,
    refuse_oversized,
)
from notifications.compose.linktags import LINK_TAGS
from notifications.compose.outputs import QuickOutputTag
from notifications.compose.reading import bound_ranges

if TYPE_CHECKING:
    from liquid import BoundTemplate

    from notifications.compose.linktags import LinkWriter

# They load other templates: a version must hold all it sends.
REFUSED_TAGS = ("include", "render")
NESTING_LIMIT = 30


class Output:
    """Where nodes write. Refuses to grow beyond what a mail needs."""

    __slots__ = ("parts", "size")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0

    def write(self, text: str) -> int:
        self.size += len(text)
        if self.size > MAX_OUTPUT:
            raise TooCostly("output")
        self.parts.append(text)
        return len(text)

    def getvalue(self) -> str:
        return "".join(self.parts)

    def take(self) -> str:
        """What was written since the last take."""
        text = "".join(self.parts)
        self.parts.clear()
        return text


class Scope(ReadOnlyChainMap):
    """The library's scope, without raising for each mapping that lacks a name."""

    def __getitem__(self, key: str) -> object:
        for mapping in self._maps:
            if key in mapping:
                return mapping[key]
        raise KeyError(key)


class SandboxContext(RenderContext):
    """One rendering of one document, with its deadline."""

    __slots__ = ("deadline", "held", "links", "steps")

    def __init__(
        self,
        template: BoundTemplate,
        *,
        variables: Mapping[str, object],
        links: LinkWriter,
    ) -> None:
        super().__init__(template, globals=variables)
        # Without the library's `now` and `today`: the same values give the same mail.
        self.scope = Scope(self.locals, self.globals, self.counters)
        self.deadline = monotonic() + MAX_SECONDS
        self.links = links
        self.steps = 0
        self.held = 0

    def check_deadline(self) -> None:
        if monotonic() > self.deadline:
            raise TooCostly("time")

    def filter(self, name: str, token: Any) -> Any:
        self.check_deadline()
        return super().filter(name, token)

    def assign(self, key: str, val: Any) -> None:
        """Bind a local name. All of them together stay below the output limit."""
        self.check_deadline()
        refuse_oversized(val)
        self.held += _weight(val) - _weight(self.locals.get(key))
        if self.held > MAX_OUTPUT:
            raise TooCostly("memory")
        self.locals[key] = val

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Count the steps of all loops one after the other, not only of nested ones."""
        self.steps += length
        if self.steps > MAX_LOOP_STEPS:
            raise TooCostly("loop steps")

    @contextmanager
    def loop(self, namespace: Mapping[str, object], forloop: Any) -> Iterator[RenderContext]:
        forloop.it = self._watched(forloop.it)
        with super().loop(namespace, forloop) as context:
            yield context

    def _watched(self, items: Iterator[object]) -> Iterator[object]:
        for item in items:
            self.check_deadline()
            yield item

    def get_buffer(self, buf: Any = None) -> Any:
        return Output()


def _weight(value: object) -> int:
    return len(value) if isinstance(value, (str, list)) else 1


class SandboxEnvironment(Environment):
    """Strict Liquid: an unknown tag or filter is an error when it is published."""

    block_nesting_limit = NESTING_LIMIT
    context_depth_limit = NESTING_LIMIT

    def from_string(self, source: str, *args: Any, **kwargs: Any) -> BoundTemplate:
        try:
            template = super().from_string(source, *args, **kwargs)
        except RecursionError:
            raise LiquidError("nested too deeply", token=None) from None
        bound_ranges(template)
        return template


@cache
def environment(*, is_html: bool, is_compiled: bool = False) -> Environment:
    """The environment for one kind of document.

    HTML documents escape values. Compiled ones know the hidden link tags; an author's
    source is parsed without them, so that no author can write one.
    """
    made = SandboxEnvironment(autoescape=is_html)
    for name in REFUSED_TAGS:
        del made.tags[name]
    made.add_tag(QuickOutputTag)
    install_filters(made)
    if not is_html:
        keep_plain(made)
    for tag in LINK_TAGS if is_compiled else ():
        made.add_tag(tag)
    return made


def parse(source: str, *, is_html: bool, is_compiled: bool = False) -> BoundTemplate:
    """Parse Liquid. Raises LiquidError."""
    return environment(is_html=is_html, is_compiled=is_compiled).from_string(source)
