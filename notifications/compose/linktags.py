"""How does a compiled document write a link, so that a click can be told from another?

Three tags that only the compiler writes: `__click n url` for an address that is the same for
everybody, `__personal n … __endpersonal` for one that holds a person's values, `__pixel`.
Documents are cut at them, so the short token is the only thing that differs between people.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidSyntaxError
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liquid import RenderContext
    from liquid.stream import TokenStream
    from liquid.token import Token

CLICK, PERSONAL, END_PERSONAL, PIXEL = "__click", "__personal", "__endpersonal", "__pixel"
# What a personal address may be once its values are known; anything else leads nowhere.
HARMLESS = re.compile(r"(https?://|mailto:|tel:|sms:|#)", re.IGNORECASE)
COUNTED = re.compile(r"https?://", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class LinkWriter:
    """Where the links of one mail lead. `public_url` is None when nothing is counted."""

    public_url: str | None
    token: str
    targets: dict[str, int] = field(default_factory=dict)  # address -> k, in order of first use

    def click(self, number: int, url: str) -> str:
        return url if self.public_url is None else f"{self.public_url}/c/{self.token}/{number}"

    def personal(self, number: int, url: str) -> str:
        if not HARMLESS.match(url):
            return ""
        if self.public_url is None or not COUNTED.match(url):
            return url
        position = self.targets.setdefault(url, len(self.targets))
        return f"{self.public_url}/c/{self.token}/{number}.{position}"

    def pixel(self) -> str:
        return "" if self.public_url is None else pixel_image(self.public_url, self.token)


def pixel_image(public_url: str, token: str) -> str:
    return (
        f'<img src="{public_url}/o/{token}.gif" width="1" height="1" alt="" '
        'style="display:block;border:0;width:1px;height:1px">'
    )


def write_click(number: int, url: str) -> str:
    """The tag for a static address, as Liquid. `url` stands in it as in the document."""
    return "{% " + f"{CLICK} {number} {url.replace('{', '%7B').replace('}', '%7D')}" + " %}"


def write_personal(number: int, url: str) -> str:
    """The tag around an address that itself holds Liquid."""
    return f"{{% {PERSONAL} {number} %}}{url}{{% {END_PERSONAL} %}}"


PIXEL_TAG = f"{{% {PIXEL} %}}"


class ClickNode(Node):
    __slots__ = ("number", "url")

    def __init__(self, token: Token, number: int, url: str) -> None:
        super().__init__(token)
        self.number, self.url, self.blank = number, url, False

    def render_to_output(self, context: RenderContext, buffer: Any) -> int:
        written: int = buffer.write(_links(context).click(self.number, self.url))
        return written


class PersonalNode(Node):
    __slots__ = ("block", "number")

    def __init__(self, token: Token, number: int, block: BlockNode) -> None:
        super().__init__(token)
        self.number, self.block, self.blank = number, block, False

    def render_to_output(self, context: RenderContext, buffer: Any) -> int:
        """Written escaped in HTML; the address that is remembered is the plain one."""
        inner: Any = context.get_buffer(buffer)
        self.block.render(context, inner)
        url = inner.getvalue()
        url = (html.unescape(url) if context.autoescape else url).strip()
        link = _links(context).personal(self.number, url)
        written: int = buffer.write(html.escape(link) if context.autoescape else link)
        return written

    def children(self, static_context: Any, *, include_partials: bool = True) -> Iterable[Node]:
        yield self.block


class PixelNode(Node):
    __slots__ = ()

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.blank = False

    def render_to_output(self, context: RenderContext, buffer: Any) -> int:
        written: int = buffer.write(_links(context).pixel())
        return written


class ClickTag(Tag):
    name = CLICK
    block = False

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        number, _, url = stream.expect(TOKEN_EXPRESSION).value.partition(" ")
        return ClickNode(token, int(number), url)


class PersonalTag(Tag):
    name = PERSONAL
    end = END_PERSONAL

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        number = int(stream.eat(TOKEN_EXPRESSION).value)
        block = get_parser(self.env).parse_block(stream, (END_PERSONAL,))
        stream.expect(TOKEN_TAG, value=END_PERSONAL)
        return PersonalNode(token, number, block)


class PixelTag(Tag):
    name = PIXEL
    block = False

    def parse(self, stream: TokenStream) -> Node:
        return PixelNode(stream.expect(TOKEN_TAG))


LINK_TAGS: tuple[type[Tag], ...] = (ClickTag, PersonalTag, PixelTag)


def _links(context: RenderContext) -> LinkWriter:
    links = getattr(context, "links", None)
    if not isinstance(links, LinkWriter):
        raise LiquidSyntaxError("a link tag outside a compiled mail", token=None)
    return links
