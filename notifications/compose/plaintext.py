"""How does a compiled mail read as plain text?

Made once, at publish, from the HTML with tokens in place of Liquid, so the text part is cut
and joined like the HTML. Every block ends its own lines (a paragraph with a blank one), so a
Liquid block that shows nothing leaves nothing behind.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from notifications.compose.markup import VOID

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE, PARAGRAPH = 1, 2  # line feeds at a block's end
ENDS = {
    **dict.fromkeys(
        ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "td", "th"), PARAGRAPH
    ),  # a cell that lays out is a block of its own; one that holds a value is none
    **dict.fromkeys(("div", "tr", "table", "li", "section", "article"), LINE),
}
SKIPPED = frozenset(("head", "script", "style", "title"))

_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
_HIDDEN = re.compile(r"display:\s*none", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")


def derive_text(document: str, *, token: re.Pattern[str], addresses: Mapping[str, str]) -> str:
    """Readable text of an HTML document. `token` matches what stands for Liquid; `addresses`
    says what the tokens of links stand for."""
    reader = _Reader(token, addresses)
    reader.feed(document)
    reader.close()
    return reader.text()


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    """What nobody sees, and what is there for the eye only."""
    return attributes.get("aria-hidden") == "true" or bool(_HIDDEN.search(attributes.get("style", "")))


class _Reader(HTMLParser):
    def __init__(self, token: re.Pattern[str], addresses: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.token = token
        self.addresses = addresses
        self.parts: list[str] = []
        self.trailing = PARAGRAPH  # line feeds at the end, seen through tags that write nothing
        self.skipped: list[str] = []
        self.anchors: list[tuple[str, int]] = []  # address, where its label begins
        self.tables: list[bool] = []  # does it hold values, or only lay out?
        self.cells = 0
        self.lists: list[str] = []

    def text(self) -> str:
        lines = "".join(self.parts).split("\n")
        return "\n".join(line.rstrip(" ") for line in lines).strip("\n ") + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self.skipped or tag in SKIPPED or _is_hidden(attributes):
            if tag not in VOID:
                self.skipped.append(tag)
            return
        if tag == "table":
            self.tables.append(attributes.get("role") != "presentation")
        if tag in ENDS and not self._is_cell(tag):
            self._end_line(LINE)
        opened = getattr(self, f"_open_{tag}", None)
        if opened:
            opened(attributes)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            self._leave_skipped(tag)
            return
        if tag == "a" and self.anchors:
            self._close_anchor()
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        if tag == "table" and self.tables and self.tables.pop():
            self._end_line(PARAGRAPH)
        elif tag in ENDS and not self._is_cell(tag):
            self._end_line(ENDS[tag])

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self._write(data)

    def handle_comment(self, data: str) -> None:
        """A Liquid tag: it shows or repeats what stands around it, and is nothing itself."""
        if not self.skipped and self.token.fullmatch(f"<!--{data}-->"):
            self.parts.append(f"<!--{data}-->")

    def _leave_skipped(self, tag: str) -> None:
        if tag in self.skipped:
            while self.skipped.pop() != tag:
                pass

    def _is_cell(self, tag: str) -> bool:
        return tag in ("td", "th") and bool(self.tables) and self.tables[-1]

    def _open_tr(self, attributes: dict[str, str]) -> None:
        self.cells = 0

    def _open_td(self, attributes: dict[str, str]) -> None:
        if self._is_cell("td"):
            if self.cells and not self.trailing:  # the first ones may show nothing
                self._write_raw(" " if self._ends_in_space() else "  ")
            self.cells += 1

    _open_th = _open_td

    def _open_ul(self, attributes: dict[str, str]) -> None:
        self.lists.append("ul")

    def _open_ol(self, attributes: dict[str, str]) -> None:
        self.lists.append("ol")

    def _open_li(self, attributes: dict[str, str]) -> None:
        self._write_raw("  " * max(len(self.lists) - 1, 0) + "- ")

    def _open_br(self, attributes: dict[str, str]) -> None:
        self.parts.append("\n")
        self.trailing += 1

    def _open_hr(self, attributes: dict[str, str]) -> None:
        self._end_line(LINE)
        self._write_raw("-" * 20)
        self._end_line(PARAGRAPH)

    def _open_img(self, attributes: dict[str, str]) -> None:
        self._write(attributes.get("alt", ""))

    def _open_a(self, attributes: dict[str, str]) -> None:
        self.anchors.append((attributes.get("href", ""), len(self.parts)))

    def _close_anchor(self) -> None:
        address, start = self.anchors.pop()
        label = "".join(self.parts[start:]).strip()
        if not address or address.startswith("#"):
            return
        if label == self.addresses.get(address, address):
            del self.parts[start:]
            label = ""
        gap = "" if self._ends_in_space() else " "
        self._write_raw(f"{gap}({address})" if label else address)

    def _write(self, data: str) -> None:
        text = _SPACES.sub(" ", _INVISIBLE.sub("", data))
        if self.trailing or self._ends_in_space():
            text = text.lstrip(" ")
        if text:
            self._write_raw(text)

    def _write_raw(self, text: str) -> None:
        self.parts.append(text)
        self.trailing = 0

    def _ends_in_space(self) -> bool:
        return bool(self.parts) and self.parts[-1].endswith(" ")

    def _end_line(self, feeds: int) -> None:
        missing = feeds - self.trailing
        if missing > 0:
            self.parts.append("\n" * missing)
            self.trailing = feeds
