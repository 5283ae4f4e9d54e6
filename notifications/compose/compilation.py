"""How does a source become the Liquid documents of a version: those of a mail, and one of a text message?

MJML, CSS inlining, link numbering and the text part: once per version, never per mail.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import asdict, dataclass, field

from liquid.exceptions import LiquidError
from mjml import mjml_to_html

from notifications.compose.addresses import find_active
from notifications.compose.amp.validation import find_faults
from notifications.compose.findings import Finding, Level, SourceFault
from notifications.compose.hyperlinks import Links, add_pixel, number_links
from notifications.compose.lifting import Tokens, lift_piece, lift_text
from notifications.compose.limits import MAX_HTML_BYTES, MAX_LINE, MAX_SOURCE_BYTES, WARN_HTML_BYTES
from notifications.compose.markup import strip_comments
from notifications.compose.mended import MENDED
from notifications.compose.nesting import crossed_blocks
from notifications.compose.plaintext import derive_text
from notifications.compose.reading import filters
from notifications.compose.sandbox import parse
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.spans import find_blocks, find_spans

COMPILER = 2  # raise it when the same source compiles to something else: all are published anew

_LONGEST_TOLD = 200  # characters of the library's own words

_SLOT = re.compile(r"<mj-slot\b[^<>]*/>|<mj-slot\b[^<>]*>\s*</mj-slot>")
_INDENT = re.compile(r"\n\s+")
_LITERAL_BRACES = re.compile(r"\{[{%]")
_VERBATIM = re.compile(r"\{%-?\s*raw\b")
_EATS_BEFORE = re.compile(r"\{[{%]-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A version's documents as Liquid with link tags, and the numbered links."""

    subject: str
    html: str
    text: str
    links: tuple[str | None, ...]  # links[n - 1]; None is a personal one
    sms: str = ""  # with its links as written; empty: it cannot go as a text message
    amp: str = ""  # with its links as written, since none of them is counted; empty: the mail has no such part
    warnings: tuple[Finding, ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, object]:
        stored = asdict(self)
        del stored["warnings"]
        return {**stored, "links": list(self.links)}


def digest_source(source: TemplateSource, *, secrets: frozenset[str]) -> str:
    """The same for sources that compile to the same version."""
    pieces = (source.subject, source.preheader, source.body, source.layout, source.text)
    told: list[object] = [COMPILER, *(piece and piece.text for piece in pieces)]
    told += [source.layout_name, source.defaults, sorted(secrets)]
    if source.sms is not None:
        told.append(source.sms.text)
    if source.brand:
        told.append({"brand": source.brand})  # not what it says: see docs/decisions/0012
    if source.amp is not None:
        told.append(["amp", source.amp.text])
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def compile_source(source: TemplateSource, *, secrets: frozenset[str] = frozenset()) -> Compiled:
    """Compile a source. Raises SourceFault with everything that is wrong with it.

    `secrets` are variable paths whose links are never rewritten, such as payload.reset_url.
    """
    _check_size(source)
    _check_lines(source)
    for piece in (source.subject, source.preheader, source.text, source.sms):
        check_liquid(piece)
    amp = _compile_amp(source.amp)
    tokens = Tokens.for_sources(source.subject.text, source.preheader.text, source.body.text, source.layout.text)
    document = _compile_mjml(_assemble(source, tokens), source, tokens)
    links = Links(
        tokens=tokens,
        secrets=secrets,
        nodes=parse(tokens.liquid_of(document), is_html=True).nodes,
        finding=source.body.finding(0, "the MJML compiler loses a link"),
    )
    document = number_links(document, links)
    text = _compile_text(source, document, links)
    _refuse_active(source.body, _liquid(document, tokens))
    document = _liquid(add_pixel(document, tokens, links.finding), tokens)
    return Compiled(
        subject=source.subject.text,
        html=document,
        text=text,
        links=tuple(links.urls),
        sms=source.sms.text.strip() if source.sms else "",
        amp=amp,
        warnings=_check_html_size(source, document),
    )


def _check_size(source: TemplateSource) -> None:
    for piece in (source.body, source.layout, source.text, source.sms):
        if piece is not None and len(piece.text.encode()) > MAX_SOURCE_BYTES:
            raise SourceFault(
                piece.finding(0, f"larger than {MAX_SOURCE_BYTES // 1024} KB, the most that a template may have")
            )


def _check_lines(source: TemplateSource) -> None:
    """As long as a draft may have them, so that whatever is sent can be copied to edit."""
    for name, piece in (("subject", source.subject), ("preheader", source.preheader)):
        if len(piece.text) > MAX_LINE:
            reason = f"the {name} has {len(piece.text):,} characters, Liquid and all; it may have {MAX_LINE:,}"
            raise SourceFault(piece.finding(0, reason))


def check_liquid(piece: Piece | None, *, is_html: bool = False) -> None:
    """Raise SourceFault where the library cannot parse the Liquid."""
    if piece is None:
        return
    find_blocks(piece, find_spans(piece))
    try:
        template = parse(piece.text, is_html=is_html)
    except LiquidError as error:
        offset = error.token.start_index if error.token else 0
        raise SourceFault(piece.finding(offset, f"Liquid: {error.message}")) from None
    for one in filters(template.nodes):
        if one.name not in template.env.filters:
            raise SourceFault(piece.finding(one.token.start_index, f"Liquid: unknown filter '{one.name}'"))


def _compile_amp(piece: Piece | None) -> str:
    """The AMP part as it was written. Raises SourceFault with all that AMP for Email does not allow in it."""
    if piece is None:
        return ""
    if faults := find_faults(piece):
        raise SourceFault(*faults)
    check_liquid(piece, is_html=True)
    return piece.text


def _assemble(source: TemplateSource, tokens: Tokens) -> str:
    """The layout with the body in its slot and the preheader in its head, tokens for Liquid."""
    findings: list[Finding] = []
    lifted: list[str] = []
    for written, inside in ((source.layout, ""), (source.body, _slot_parent(source.layout))):
        piece = strip_comments(written)
        try:
            lifted.append(lift_piece(piece, tokens, inside=inside))
            check_liquid(piece, is_html=True)
        except SourceFault as fault:
            findings += fault.findings
    if findings:
        raise SourceFault(*findings)
    layout, body = lifted
    if _SLOT.search(body):
        raise SourceFault(source.body.finding(0, "<mj-slot> belongs into a layout"))
    return _SLOT.sub(lambda _: body, _add_preheader(layout, source, tokens), count=1)


def _slot_parent(layout: Piece) -> str:
    slots = list(_SLOT.finditer(layout.text))
    if len(slots) != 1:
        raise SourceFault(layout.finding(0, 'a layout has one <mj-slot name="body" />'))
    before = layout.text[: slots[0].start()]
    is_wrapped = before.count("<mj-wrapper") > before.count("</mj-wrapper")
    return "mj-wrapper" if is_wrapped else "mj-body"


def _add_preheader(layout: str, source: TemplateSource, tokens: Tokens) -> str:
    if not source.preheader.text:
        return layout
    preheader = html.escape(lift_text(source.preheader, tokens), quote=False)
    preview = f"<mj-preview>{preheader}</mj-preview>"
    if "<mj-head>" in layout:
        return layout.replace("<mj-head>", f"<mj-head>{preview}", 1)
    return layout.replace("<mj-body", f"<mj-head>{preview}</mj-head><mj-body", 1)


def _compile_mjml(mjml: str, source: TemplateSource, tokens: Tokens) -> str:
    """HTML with the Liquid tokens in it. Raises SourceFault on anything lost on the way."""
    try:
        document = mjml_to_html(mjml, custom_components=MENDED).html
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:_LONGEST_TOLD]
        reason = f"the MJML compiler cannot make a mail of this: {told}"
        raise SourceFault(source.body.finding(0, reason)) from error
    if faults := [*tokens.lost_in(document), *crossed_blocks(document, tokens)]:
        raise SourceFault(*faults)
    document = tokens.put_back(document.replace("\r\n", "\n"), entities_only=True)
    return document if "<pre" in document else _INDENT.sub("\n", document)


def _compile_text(source: TemplateSource, document: str, links: Links) -> str:
    """The text document: the hand-written one, else derived from the HTML."""
    if source.text is not None:
        return source.text.text
    text = derive_text(document, token=links.tokens.pattern, addresses=links.addresses)
    text = _LITERAL_BRACES.sub(_as_literal, text)
    spaced = re.compile(rf"( *)(?:{links.tokens.pattern.pattern})( *)")
    return spaced.sub(lambda found: _spaced(found, links), text)


def _spaced(found: re.Match[str], links: Links) -> str:
    """The Liquid of a token in the text. White-space control eats spaces there as in HTML, but
    no line feeds: those are the text's own, where the HTML has tags."""
    before, comment, word, after = found.groups()
    lifted = links.tokens.lifted[int(comment or word)]
    liquid = links.text_forms.get(found.group().strip(" "), lifted.text)
    if not lifted.is_liquid or _VERBATIM.match(liquid):
        return f"{before}{liquid}{after}"
    if _EATS_BEFORE.match(liquid):
        before, liquid = "", liquid[:2] + liquid[3:]
    if liquid.endswith(("-%}", "-}}")):
        after, liquid = "", liquid[:-3] + liquid[-2:]
    return f"{before}{liquid}{after}"


def _refuse_active(body: Piece, document: str) -> None:
    """The last net, for what Liquid hid from the reader of the markup."""
    if found := find_active(document):
        offset = max(body.text.find(found), 0)
        raise SourceFault(body.finding(offset, f"`{found}` has no place in a mail"))


def _liquid(document: str, tokens: Tokens) -> str:
    """The document with its Liquid back in place; braces that MJML decoded stay text."""
    return tokens.put_back(_LITERAL_BRACES.sub(_as_literal, document))


def _as_literal(braces: re.Match[str]) -> str:
    return "{% raw %}" + braces.group() + "{% endraw %}"


def _check_html_size(source: TemplateSource, document: str) -> tuple[Finding, ...]:
    size = len(document.encode())
    if size <= WARN_HTML_BYTES:
        return ()
    reason = f"{size // 1024} KB of HTML; Gmail clips a mail at {MAX_HTML_BYTES // 1024} KB"
    place = source.body.finding(0, reason)
    if size > MAX_HTML_BYTES:
        raise SourceFault(place)
    return (Finding(file=place.file, line=1, reason=reason, level=Level.WARNING),)
