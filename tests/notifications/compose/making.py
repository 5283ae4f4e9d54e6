"""How do these tests make a template, a version, a mail?"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from notifications.compose.brands.content import BrandContent
from notifications.compose.brands.values import values_of
from notifications.compose.compilation import Compiled, compile_source
from notifications.compose.findings import SourceFault
from notifications.compose.loading import LoadedVersion, load
from notifications.compose.render import Values, join, render
from notifications.compose.source import Piece, TemplateSource, read_template

PUBLIC_URL = "https://mail.example"
TOKEN = "t0k3n"
VERSION_ID = UUID(int=7)
LAYOUT = '<mjml><mj-head></mj-head><mj-body><mj-slot name="body" /></mj-body></mjml>'
BRAND = {
    **values_of(BrandContent(name="Harbour", address="1 Quay Street", url="https://shop.example")),
    "color": "#123456",
}
EMAILS = Path("templates/emails")


def section(content: str) -> str:
    return f"<mj-section><mj-column>{content}</mj-column></mj-section>"


def text(content: str) -> str:
    return section(f"<mj-text>{content}</mj-text>")


def source(body: str, *, subject: str = "Hello", layout: str = LAYOUT, **fields: Any) -> TemplateSource:
    return TemplateSource(
        key="sample",
        subject=Piece(text=subject, file="sample.mjml", line=2),
        preheader=Piece(text=fields.get("preheader", ""), file="sample.mjml", line=3),
        body=Piece(text=body, file="sample.mjml", line=5),
        layout_name="base",
        layout=Piece(text=layout, file="layouts/base.mjml"),
        text=Piece(text=fields["text"], file="sample.txt") if "text" in fields else None,
        defaults=fields.get("defaults", {}),
    )


def compiled(body: str, *, secrets: frozenset[str] = frozenset(), **fields: Any) -> Compiled:
    return compile_source(source(body, **fields), secrets=secrets)


def version(
    body: str, *, is_tracked: bool = True, secrets: frozenset[str] = frozenset(), **fields: Any
) -> LoadedVersion:
    return load(
        version_id=VERSION_ID,
        ref="sample@1",
        compiled=compiled(body, secrets=secrets, **fields).as_json(),
        defaults=fields.get("defaults", {}),
        constants={"brand": BRAND},
        public_url=PUBLIC_URL if is_tracked else None,
    )


class Mail:
    """A rendered mail, with the values it was made of."""

    def __init__(self, loaded: LoadedVersion, **variables: Any) -> None:
        self.values: Values = render(loaded, variables, token=TOKEN)
        self.subject = join(loaded.subject, self.values, token=TOKEN)
        self.html = join(loaded.html, self.values, token=TOKEN)
        self.text = join(loaded.text, self.values, token=TOKEN)


def faults(body: str, **fields: Any) -> list[str]:
    """What the compiler says is wrong, as `line: reason`."""
    try:
        compiled(body, **fields)
    except SourceFault as fault:
        return [f"{one.line}: {one.reason}" for one in fault.findings]
    return []


def write_template(directory: Path, name: str, *lines: str) -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))
    return path


def read(path: Path) -> TemplateSource:
    return read_template(path, name=path.name, layouts=[path.parent / "layouts", EMAILS / "layouts"])
