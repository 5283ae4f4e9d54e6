"""What is a draft compiled from, and in which block is something wrong with it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notifications.compose.blocks.handmade import Raw
from notifications.compose.blocks.sharing import load_saved
from notifications.compose.blocks.tree import BadTree, Blocks, read_blocks, walk
from notifications.compose.blocks.writing import Written, find_faults, write_blocks
from notifications.compose.drafts.content import DraftContent
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.source import Piece, TemplateSource, read_layout
from notifications.compose.sync import layout_directories

BODY, SUBJECT, PREHEADER, TEXT, SMS, LAYOUT = "content", "subject", "preheader", "text part", "text message", "layout"
AMP = "AMP part"

#: Fields of the editor by the file that a finding names.
_FIELDS = {SUBJECT: "subject", PREHEADER: "preheader", TEXT: "text"}
_BY_HAND = "mjml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A finding with the block that it is about ("" where it is about none), and the field that it can be mended in.

    `line` is that of the field, from 1; 0 where the finding is about no line of a field.
    """

    finding: Finding
    block_id: str = ""
    field: str = ""
    line: int = 0


def source_of(content: DraftContent, *, key: str, locale: str = "") -> TemplateSource:
    """The source of a draft, saved blocks and layout read. Raises SourceFault where a layout or the tree is broken."""
    body = _written(content)
    return TemplateSource(
        key=key,
        locale=locale,
        subject=Piece(text=content.subject, file=SUBJECT),
        preheader=Piece(text=content.preheader, file=PREHEADER),
        body=Piece(text=body.mjml if body else content.mjml, file=BODY),
        layout_name=content.layout,
        layout=read_layout(Piece(text=content.layout, file=LAYOUT), layout_directories()),
        brand=content.brand,
        text=Piece(text=content.text, file=TEXT) if content.text.strip() else None,
        sms=Piece(text=content.sms, file=SMS) if content.sms.strip() else None,
        amp=Piece(text=content.amp, file=AMP) if content.amp.strip() else None,
        defaults=dict(content.defaults),
        blocks=content.blocks,
    )


def blocks_of(content: DraftContent) -> Blocks:
    """The blocks of a draft; MJML by hand is one raw block. Raises BadTree."""
    if content.blocks is None:
        stored = [{"kind": "raw", "id": "by-hand", "mjml": content.mjml}] if content.mjml.strip() else []
        return read_blocks(stored)
    return read_blocks(content.blocks)


def unfinished(content: DraftContent) -> Iterator[Place]:
    """What a marketer has to mend before it is published, beside what the compiler finds."""
    if not content.subject:
        yield Place(finding=Finding(file=SUBJECT, line=1, reason="the mail has no subject"), field="subject", line=1)
    for fault in find_faults(blocks_of(content)) if content.blocks is not None else ():
        reason = f"{fault.label}: {fault.reason}"
        yield Place(finding=Finding(file=BODY, line=1, reason=reason), block_id=fault.block_id)
    if content.blocks is not None and not content.blocks:
        yield Place(finding=Finding(file=BODY, line=1, reason="the mail is empty: add a block"))


def placed(fault: SourceFault, content: DraftContent) -> list[Place]:
    """The compiler's findings, each with its block."""
    written = _written(content)
    return [_place(one, content, written) for one in fault.findings]


def _place(finding: Finding, content: DraftContent, written: Written | None) -> Place:
    """What a person wrote by hand has its own lines; what a block wrote for them has none that they ever saw."""
    if finding.file != BODY:
        field = _FIELDS.get(finding.file, "")
        return Place(finding=finding, field=field, line=finding.line if field else 0)
    if written is None:
        return Place(finding=finding, field=_BY_HAND, line=finding.line)
    block_id, first = written.block_at(finding.line), written.first_line_at(finding.line)
    if any(one.id == block_id and isinstance(one, Raw) for one, _, _ in walk(blocks_of(content))):
        return Place(finding=finding, block_id=block_id, field=_BY_HAND, line=finding.line - first + 1)
    return Place(finding=finding, block_id=block_id)


def _written(content: DraftContent) -> Written | None:
    if content.blocks is None:
        return None
    try:
        blocks = blocks_of(content)
        return write_blocks(blocks, load_saved(blocks))
    except BadTree as broken:
        raise SourceFault(Finding(file=BODY, line=1, reason=str(broken))) from None
