"""What of a document is the same for everybody, and what is rendered per person?

The document is parsed once and cut at its top-level nodes: text between them is static, every
other node belongs to a region. Regions keep the nodes themselves and are rendered in order in
one context, so `assign`, `capture`, `cycle` and `increment` reach later regions as they would
in the whole. No tag we allow changes the scope of what follows it (include, render and
break outside a loop are refused at publish), so no cut can change a meaning. White-space
control has done its work by the time there are nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liquid.builtin.content import ContentNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.doc_tag import DocNode
from liquid.builtin.tags.inline_comment_tag import InlineCommentNode

from notifications.compose.folding import Folder
from notifications.compose.linktags import ClickNode, PixelNode, pixel_image
from notifications.compose.shortcuts import Shortcut, find_shortcuts

if TYPE_CHECKING:
    from liquid import BoundTemplate
    from liquid.ast import Node

# They write nothing themselves: they run with the next region, and are no cut of their own.
SILENT = (AssignNode, CaptureNode, CommentNode, DocNode, InlineCommentNode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in a document that differs between people: region `index`, or the token."""

    index: int


TOKEN = Slot(index=-1)
Document = tuple[str | Slot, ...]
Region = tuple["Node", ...]

_MARK = "\0"  # stands for the token while static text is put together


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One document of a version, cut."""

    name: str  # subject, html, text, amp
    template: BoundTemplate
    document: Document
    regions: tuple[Region, ...]
    shortcuts: tuple[Shortcut | None, ...]  # how a region is written without rendering it


def cut(
    template: BoundTemplate,
    *,
    name: str,
    is_html: bool,
    first: int,
    constants: Mapping[str, object],
    public_url: str | None,
) -> Part:
    """Cut a parsed document; its regions are numbered from `first`.

    What reads only `constants` is static too.

    With a `public_url` links and pixel are counted, at that address; without, links are as
    their author wrote them and there is no pixel.
    """
    pieces: list[str | list[Node]] = []
    pending: list[Node] = []
    for node in Folder(template, constants).fold(template.nodes):
        if isinstance(node, SILENT):
            pending.append(node)
        elif (static := _static(node, public_url)) is not None:
            _append(pieces, static)
        else:
            _append(pieces, [*pending, node])
            pending = []
    regions = tuple(tuple(piece) for piece in pieces if not isinstance(piece, str))
    return Part(
        name=name,
        template=template,
        document=_number(pieces, first),
        regions=regions,
        shortcuts=find_shortcuts(template, regions, is_html=is_html),
    )


def _static(node: Node, public_url: str | None) -> str | None:
    """What a node writes whoever the mail is for, with a mark for the token; None if unsure."""
    if isinstance(node, ContentNode):
        return node.text
    if isinstance(node, ClickNode):
        return node.url if public_url is None else f"{public_url}/c/{_MARK}/{node.number}"
    if isinstance(node, PixelNode):
        return "" if public_url is None else pixel_image(public_url, _MARK)
    return None


def _append(pieces: list[str | list[Node]], piece: str | list[Node]) -> None:
    """Add to the last piece if it is of the same kind."""
    if not piece:
        return
    last = pieces[-1] if pieces else None
    if isinstance(last, str) and isinstance(piece, str):
        pieces[-1] = last + piece
    elif isinstance(last, list) and isinstance(piece, list):
        last += piece
    else:
        pieces.append(piece)


def _number(pieces: list[str | list[Node]], first: int) -> Document:
    document: list[str | Slot] = []
    for piece in pieces:
        if isinstance(piece, str):
            for position, static in enumerate(piece.split(_MARK)):
                document += [TOKEN] if position else []
                document += [static] if static else []
        else:
            document.append(Slot(index=first))
            first += 1
    return tuple(document)
