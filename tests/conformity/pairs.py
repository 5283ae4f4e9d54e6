"""Which documents are compared: one a component, and the gallery. How does each come to be, ours and theirs?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notifications.compose.brands.values import settings_values
from notifications.compose.compilation import compile_source
from notifications.compose.loading import load
from notifications.compose.markup import strip_comments
from notifications.compose.render import join, render
from notifications.compose.source import Piece, TemplateSource
from notifications.gallery.starters import all_starters
from notifications.preview import sample_variables
from tests.notifications.compose.making import LAYOUT, VERSION_ID

COMPONENTS = Path(__file__).parent / "components"
_SLOT = re.compile(r"<mj-slot\b[^<>]*/>")
_TOKEN = "t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One document: its source and what is put into it."""

    name: str
    source: TemplateSource
    variables: Mapping[str, Any]

    def ours(self) -> str:
        """The HTML that a person gets from us, its links as written."""
        return _render(compile_source(self.source).html, self.variables, self.source.defaults)

    def as_mjml(self) -> str:
        """The same document for the official compiler: Liquid is rendered before, since it knows none."""
        layout, body = (strip_comments(one).text for one in (self.source.layout, self.source.body))
        whole = _SLOT.sub(lambda _: body, layout)
        if self.source.preheader.text:
            whole = whole.replace("<mj-head>", f"<mj-head><mj-preview>{self.source.preheader.text}</mj-preview>", 1)
        return _render(whole, self.variables, self.source.defaults)


def all_pairs() -> Iterator[Pair]:
    for path in sorted(COMPONENTS.glob("*.mjml")):
        if not path.name.endswith(".layout.mjml"):
            yield Pair(name=path.stem, source=_component(path), variables={})
    for starter in all_starters():
        variables = {**sample_variables(""), "payload": _with_addresses(dict(starter.sample))}
        yield Pair(name=f"gallery: {starter.key}", source=starter.read(), variables=variables)


def _component(path: Path) -> TemplateSource:
    layout = path.with_suffix(".layout.mjml")
    return TemplateSource(
        key=path.stem,
        subject=_piece("x"),
        preheader=_piece(""),
        body=_piece(path.read_text(encoding="utf-8")),
        layout_name="layout",
        layout=_piece(layout.read_text(encoding="utf-8") if layout.is_file() else LAYOUT),
    )


def _piece(text: str) -> Piece:
    return Piece(text=text, file="sample.mjml")


def _with_addresses(sample: Any) -> Any:
    """Pictures from an address that the test answers."""
    if isinstance(sample, dict):
        return {name: _with_addresses(value) for name, value in sample.items()}
    if isinstance(sample, list):
        return [_with_addresses(one) for one in sample]
    return "https://images.example/wide.png" if isinstance(sample, str) and sample.startswith("picture:") else sample


def _render(html: str, variables: Mapping[str, Any], defaults: Mapping[str, object]) -> str:
    loaded = load(
        version_id=VERSION_ID, ref="sample@1", compiled={"subject": "", "html": html, "text": ""}, defaults=defaults,
        constants={"brand": settings_values()}, public_url=None,
    )  # fmt: skip
    return join(loaded.html, render(loaded, variables, token=_TOKEN), token=_TOKEN)
