"""What stands in an HTML mail? A small tree of its elements, with their inline styles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from notifications.compose.markup import VOID
from notifications.compose.preflight.styles import is_hiding, read_style

UNSEEN = frozenset(("head", "script", "style", "title", "noscript", "template"))
LONGEST_TREE = 20_000  # elements; what comes after is not looked at


@dataclass(slots=True, eq=False)
class Node:
    """An element. `parent` is None at the top, whose tag is empty."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parent: Node | None = None
    children: list[Node | str] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        """The element and all below it, in order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [child for child in reversed(node.children) if isinstance(child, Node)]

    def ancestors(self) -> Iterator[Node]:
        """The element itself, then outwards."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def find_all(self, *tags: str) -> list[Node]:
        return [node for node in self.walk() if node.tag in tags]

    def words(self) -> str:
        """All text in it that people see, blanks made one."""
        return " ".join(" ".join(self._texts()).split())

    def own_text(self) -> str:
        """The text that stands directly in it."""
        return " ".join(" ".join(child for child in self.children if isinstance(child, str)).split())

    @property
    def is_hidden(self) -> bool:
        """Whether it is not drawn by itself; what it stands in may hide it, too."""
        return self.tag in UNSEEN or is_hiding(self.styles)

    def _texts(self) -> Iterator[str]:
        waiting: list[Node | str] = [self]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                yield one
            elif not one.is_hidden:
                waiting += reversed(one.children)


def read_document(html: str) -> Node:
    """The tree of a mail. Comments, and with them what only Outlook reads, are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.top


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top = Node(tag="")
        self.open = self.top
        self.count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count += 1
        if self.count > LONGEST_TREE:
            return
        attributes = {name: value or "" for name, value in attrs}
        node = Node(tag=tag, attributes=attributes, parent=self.open, styles=read_style(attributes.get("style", "")))
        self.open.children.append(node)
        if tag not in VOID:
            self.open = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self.open.tag == tag and self.open.parent is not None:
            self.open = self.open.parent

    def handle_endtag(self, tag: str) -> None:
        for node in self.open.ancestors():
            if node.tag == tag and node.parent is not None:
                self.open = node.parent
                return

    def handle_data(self, data: str) -> None:
        self.open.children.append(data)
