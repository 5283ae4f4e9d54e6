"""What of a mail says the same to everybody after all?

A version's brand is the same in all of its mails. What reads nothing else is written once, when the version is loaded,
also inside loops and conditions; of a condition that reads nothing else only the part that holds is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from liquid.ast import BlockNode, ConditionalBlockNode
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from notifications.compose.filters import reads_person
from notifications.compose.linktags import LinkWriter
from notifications.compose.reading import Reading, all_nodes, filters, paths_in, readings
from notifications.compose.sandbox import Output, SandboxContext

if TYPE_CHECKING:
    from liquid import BoundTemplate
    from liquid.ast import Node
    from liquid.expression import Expression

# These read variables and write text, and leave nothing behind for later regions.
PURE = (
    BlockNode, CaseNode, ConditionalBlockNode, ContentNode, IfNode, MultiExpressionBlockNode,
    OutputNode, UnlessNode,
)  # fmt: skip
OF_THE_MOMENT = "date"  # it knows what day it is


class Folder:
    """Folds one document. A name that the document itself gives values to is no constant in it."""

    def __init__(self, template: BoundTemplate, constants: Mapping[str, object]) -> None:
        own = {name for one in all_nodes(template.nodes) for name in (*one.template_scope(), *one.block_scope())}
        self._template = template
        self._constants = {name: value for name, value in constants.items() if name not in own}

    def fold(self, nodes: list[Node]) -> list[Node]:
        """The nodes with text in place of all that reads only constants. Blocks are changed in place."""
        blocks = [one for one in all_nodes(nodes) if isinstance(one, BlockNode)]
        for block in reversed(blocks):  # the inner ones first
            block.nodes = self._flat(block.nodes)
        return self._flat(nodes)

    def _flat(self, nodes: Iterable[Node]) -> list[Node]:
        flat: list[Node] = []
        for one in (folded for node in nodes for folded in self._folded(node)):
            last = flat[-1] if flat else None
            if isinstance(last, ContentNode) and isinstance(one, ContentNode):
                flat[-1] = _content(last, last.text + one.text)
            else:
                flat.append(one)
        return flat

    def _folded(self, node: Node) -> Iterator[Node]:
        if isinstance(node, ContentNode):
            yield node
        elif (text := self._write(node)) is not None:
            yield _content(node, text.replace("\0", ""))
        elif (chosen := self._choose(node)) is not None:
            yield from chosen
        else:
            yield node

    def _write(self, node: Node) -> str | None:
        """The node's text, when it reads nothing but constants; None when it may read more."""
        if not self._is_known(readings([node])) or not all(isinstance(one, PURE) for one in all_nodes([node])):
            return None
        if any(_differs(self._template, one.name) for one in filters([node])):
            return None
        output: Any = Output()
        try:
            node.render(self._context(), output)
        except Exception:  # noqa: BLE001 - a filter may raise whatever an author writes
            return None  # let it fail where somebody is told
        return str(output.getvalue())

    def _choose(self, node: Node) -> list[Node] | None:
        """What a condition leads to that reads nothing but constants; None for anything else."""
        if type(node) is not IfNode or node.blank:
            return None
        ways = [(node.condition, node.consequence), *((one.expression, one.block) for one in node.alternatives)]
        if not self._is_known(paths_in(condition for condition, _ in ways)):
            return None
        try:
            found = next((block for condition, block in ways if self._holds(condition)), node.default)
        except Exception:  # noqa: BLE001 - as above
            return None
        return found.nodes if found else []

    def _is_known(self, read: set[Reading]) -> bool:
        return all(root in self._constants for root, *_ in read)

    def _holds(self, condition: Expression) -> bool:
        return bool(condition.evaluate(self._context()))

    def _context(self) -> SandboxContext:
        links = LinkWriter(public_url=None, token="")
        return SandboxContext(self._template, variables=self._constants, links=links)


def _content(node: Node, text: str) -> ContentNode:
    return ContentNode(node.token, text)


def _differs(template: BoundTemplate, name: str) -> bool:
    """Whether a filter writes the same value otherwise another day, or for another person."""
    return name == OF_THE_MOMENT or reads_person(template.env, name)
