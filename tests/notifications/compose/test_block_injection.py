"""Does any field of any block let a script, a handler or a javascript: address into a mail?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.compose.blocks.places import as_address, as_attribute, as_text
from notifications.compose.blocks.richtext import TAGS, clean_html
from notifications.compose.blocks.tree import KINDS, BadTree
from notifications.compose.findings import SourceFault
from tests.notifications.compose.blocks_making import mail, tree
from tests.notifications.compose.payloads import XSS

EVIL = {
    "contact": {"email": XSS[0], "first_name": XSS[46]},
    "payload": {"items": [{"name": XSS[3], "url": XSS[53]}] * 2},
}


class Reader(HTMLParser):
    """Everything in a document that a browser would run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "svg", "math", "base", "form", "input", "template"}:
            self.found.append(tag)
        for name, value in attrs:
            plain = re.sub(r"[\x00-\x20]", "", value or "").lower()
            is_address = name in {"href", "src", "action", "background", "data"}
            if name.startswith("on") or (is_address and plain.startswith(("javascript:", "vbscript:", "data:"))):
                self.found.append(f"{name}={value}")
            if "javascript:" in plain and name == "style":
                self.found.append(f"style={value}")


def runs(html: str) -> list[str]:
    return Reader(html).found


def words_of(kind: str) -> list[str]:
    fields = KINDS[kind].model_fields
    return [name for name in fields if name not in {"id", "kind", "blocks", "otherwise", "columns"}]


PLACES = [(kind, name) for kind in KINDS if kind not in {"raw", "saved"} for name in words_of(kind)]
BASIC: dict[str, dict[str, Any]] = {
    "image": {"src": "https://x.example/a.png", "alt": "A"},
    "button": {"text": "Go", "href": "https://x.example"},
    "condition": {"path": "contact.email", "operator": "is", "value": "a", "blocks": [{"kind": "spacer"}]},
    "loop": {"path": "payload.items", "blocks": [{"kind": "text", "html": "{{ item.name }}"}]},
    "hero": {"blocks": [{"kind": "heading", "text": "T"}]},
    "columns": {"columns": [[{"kind": "divider"}], []]},
    "social": {"profiles": [{"network": "web", "href": "https://x.example"}]},
}


def batched(blocks: list[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(blocks), size):
        yield blocks[start : start + size]


def hostile_block(kind: str, name: str, payload: str) -> dict[str, Any] | None:
    """The block with the payload in one field; None where the field refuses it."""
    value: Any = [{"network": "web", "href": payload}] if name == "profiles" else payload
    block = {"kind": kind, **BASIC.get(kind, {}), name: value}
    try:
        tree(block)
    except BadTree:
        return None
    return block


@pytest.mark.parametrize(("kind", "name"), PLACES)
def test_no_field_lets_anything_run(kind: str, name: str) -> None:
    blocks = [block for payload in XSS if (block := hostile_block(kind, name, payload))]
    for few in batched(blocks, 12):
        assert runs(mail(*few, **EVIL).html) == []


@pytest.mark.parametrize("payload", XSS)
def test_mjml_by_hand_runs_nothing_either(payload: str) -> None:
    body = f"<mj-section><mj-column><mj-text>{payload}</mj-text></mj-column></mj-section>"
    try:
        made = mail({"kind": "raw", "mjml": body}, **EVIL)
    except SourceFault:
        return
    assert runs(made.html) == []


@pytest.mark.parametrize("payload", XSS)
def test_what_is_cleaned_stays_clean(payload: str) -> None:
    once = clean_html(payload)
    assert runs(once) == []
    assert runs(clean_html(once)) == []


hostile = st.one_of(
    st.text(),
    st.lists(st.sampled_from((*XSS, "{{ contact.email }}", "<b>", "</p>", "a", '"', "'", "{{", "}}"))).map("".join),
)


@settings(deadline=None)
@given(hostile)
def test_text_and_attributes_hold_no_markup(text: str) -> None:
    for written in (as_text(text), as_attribute(text)):
        outside = re.sub(r"\{\{[^{}]*\}\}", "", written)
        assert not re.search(r"[<>\"'{}]", outside)


@settings(deadline=None)
@given(hostile)
def test_an_address_is_harmless_or_empty(text: str) -> None:
    address = as_address(text)
    assert not address or re.match(r"(https?://|mailto:|tel:|sms:|#|\{\{)", address, re.IGNORECASE)
    assert not re.search(r"[<>\"'\s]", re.sub(r"\{\{[^{}]*\}\}", "", address))


@settings(deadline=None)
@given(hostile)
def test_rich_text_holds_the_allowed_tags_only(text: str) -> None:
    cleaned = clean_html(text)
    assert runs(cleaned) == []
    assert {tag.lower() for tag in re.findall(r"<([a-zA-Z]+)", re.sub(r"\{\{[^{}]*\}\}", "", cleaned))} <= TAGS
