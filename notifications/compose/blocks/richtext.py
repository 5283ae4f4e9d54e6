"""Which tags may a text block hold? A few for inline formatting; everything else is taken out, its words stay."""

from __future__ import annotations

import re

import nh3

from notifications.compose.blocks.places import as_address, split_liquid

TAGS = {"p", "br", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "a", "ul", "ol", "li", "blockquote"}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}

_BLOCKS = re.compile(r"<(?:p|ul|ol|blockquote)\b", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n{2,}")


def clean_html(fragment: str) -> str:
    """The fragment with the allowed tags only, its Liquid outputs in place and every other brace as text."""
    liquid: list[str] = []
    prefix = _free_prefix(fragment)
    parts: list[str] = []
    for piece, is_liquid in split_liquid(_as_paragraphs(fragment)):
        if is_liquid:
            liquid.append(piece)
            parts.append(f"{prefix}{len(liquid) - 1}z")
        else:
            parts.append(piece)
    word = re.compile(rf"{prefix}(\d+)z")

    def put_back(text: str) -> str:
        return word.sub(lambda found: liquid[int(found.group(1))], text)

    def keep_address(tag: str, name: str, value: str) -> str | None:
        return value if name == "href" and as_address(put_back(value)) else None

    cleaned = nh3.clean(
        "".join(parts), tags=TAGS, attributes={"a": {"href"}}, url_schemes=SCHEMES, link_rel=None,
        attribute_filter=keep_address, strip_comments=True,
    )  # fmt: skip
    return put_back(cleaned.replace("{", "&#123;").replace("}", "&#125;"))


def _as_paragraphs(fragment: str) -> str:
    """Plain lines, as a person types them, as paragraphs; what has paragraphs stays."""
    if _BLOCKS.search(fragment) or not fragment.strip():
        return fragment
    paragraphs = _PARAGRAPHS.split(fragment.strip())
    return "".join(f"<p>{one.strip().replace(chr(10), '<br>')}</p>" for one in paragraphs)


def _free_prefix(text: str) -> str:
    number = 0
    while (prefix := f"lqd{number}x") in text:
        number += 1
    return prefix
