"""Which regions say the same to everybody after all?

The brand is the same for every mail of an installation, so what reads nothing else is rendered
once, when a version is loaded, and becomes static text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from liquid.ast import BlockNode, ConditionalBlockNode
from liquid.builtin.content import ContentNode
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from notifications.compose.filters import reads_person
from notifications.compose.linktags import LinkWriter
from notifications.compose.reading import all_nodes, filters, readings
from notifications.compose.sandbox import Output, SandboxContext

if TYPE_CHECKING:
    from liquid import BoundTemplate
    from liquid.ast import Node

# These read variables and write text, and leave nothing behind for later regions.
PURE = (
    BlockNode, CaseNode, ConditionalBlockNode, ContentNode, IfNode, MultiExpressionBlockNode,
    OutputNode, UnlessNode,
)  # fmt: skip
OF_THE_MOMENT = "date"  # it knows what day it is


def bound_names(template: BoundTemplate) -> frozenset[str]:
    """Names that the template gives to something of its own, wherever it does."""
    return frozenset(str(name) for one in all_nodes(template.nodes) for name in one.template_scope())


def fold(node: Node, template: BoundTemplate, constants: Mapping[str, object], *, bound: frozenset[str]) -> str | None:
    """The node's text, when it reads nothing but constants; None when it may read more. `bound`: see `bound_names`."""
    if not all(isinstance(one, PURE) for one in all_nodes([node])) or _differs(node, template):
        return None
    if any(root not in constants or root in bound for root, *_ in readings([node])):
        return None
    context = SandboxContext(template, variables=constants, links=LinkWriter(public_url=None, token=""))
    output: Any = Output()
    try:
        node.render(context, output)
    except Exception:  # noqa: BLE001 - a filter may raise whatever an author writes
        return None  # let it fail where somebody is told
    return str(output.getvalue())


def _differs(node: Node, template: BoundTemplate) -> bool:
    """Whether a filter writes the same value otherwise another day, or for another person."""
    return any(one.name == OF_THE_MOMENT or reads_person(template.env, one.name) for one in filters([node]))
