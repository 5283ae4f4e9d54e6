"""Did the compiler leave each Liquid block inside one element?

CSS inlining parses the HTML as a browser would, and a browser moves markup about: a list
inside a paragraph ends the paragraph. A block around such a place would open an element for
some people and close it for others.
"""

from __future__ import annotations

from html.parser import HTMLParser

from notifications.compose.findings import Finding
from notifications.compose.lifting import Tokens
from notifications.compose.markup import VOID

CROSSED = "this block crosses an element after compiling: is there a block element inside a <p>?"


def crossed_blocks(document: str, tokens: Tokens) -> list[Finding]:
    """A finding for each block whose tags have come to stand in different elements."""
    if not tokens.blocks:
        return []
    reader = _Reader(tokens)
    reader.feed(document)
    reader.close()
    return [
        tokens.lifted[block[0]].as_finding(CROSSED)
        for block in tokens.blocks
        if len({reader.parents.get(number) for number in block}) > 1
    ]


class _Reader(HTMLParser):
    def __init__(self, tokens: Tokens) -> None:
        super().__init__(convert_charrefs=True)
        self.pattern = tokens.pattern
        self.open: list[tuple[str, int]] = [("", 0)]
        self.elements = 0
        self.parents: dict[int, int] = {}  # token number → the element it stands in

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements += 1
        if tag not in VOID:
            self.open.append((tag, self.elements))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_comment(self, data: str) -> None:
        if found := self.pattern.fullmatch(f"<!--{data}-->"):
            self.parents[int(found.group(1))] = self.open[-1][1]
