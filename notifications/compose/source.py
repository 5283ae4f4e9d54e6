"""What does a template file say: its front matter, its body, its layout?"""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from notifications.compose.findings import Finding, SourceFault
from notifications.compose.limits import MAX_SOURCE_BYTES
from notifications.compose.locales import normal_locale

if TYPE_CHECKING:
    from pathlib import Path

FENCE = "---"
KEYS = ("subject", "preheader", "layout", "brand", "text", "sms", "defaults")
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
BASE_LAYOUT = "base"
LAYOUTS = "layouts"

_LINE_ENDS = re.compile(r"\r\n?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text with the place it came from, so that a finding can name it."""

    text: str
    file: str
    line: int = 1  # of the text's first line in its file

    def finding(self, offset: int, reason: str) -> Finding:
        line = self.line + self.text.count("\n", 0, max(offset, 0))
        return Finding(file=self.file, line=line, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSource:
    """Everything that one version is compiled from."""

    key: str
    locale: str = ""  # of the people it is for; empty: everybody else
    subject: Piece
    preheader: Piece
    body: Piece  # the MJML that goes into the layout's body slot
    layout_name: str
    layout: Piece
    brand: str = ""  # its key; empty: the default one
    text: Piece | None = None  # written by hand; None: derived from the HTML
    sms: Piece | None = None  # what a text message says; None: it cannot go as one
    amp: Piece | None = None  # AMP for Email, written by hand; None: the mail has no such part
    defaults: dict[str, object] = field(default_factory=dict)
    blocks: list[dict[str, object]] | None = None  # what the body was made of; None: by hand


def read_template(path: Path, *, name: str, layouts: list[Path]) -> TemplateSource:
    """Read `<key>.mjml` or `<key>.<locale>.mjml` with its layout, text file and AMP file. Raises SourceFault.

    `name` is how findings call the file; `layouts` are the directories to look for the layout
    in, the first one wins.
    """
    key, locale = split_stem(path.stem, name=name)
    whole = read_piece(path, name=name)
    matter, body = _split(whole)
    fields, defaults = _read_matter(matter)
    layout_name = fields.get("layout", _empty(name, BASE_LAYOUT))
    return TemplateSource(
        key=key,
        locale=locale,
        subject=_required(fields, "subject", name),
        preheader=fields.get("preheader", _empty(name)),
        body=body,
        layout_name=layout_name.text,
        layout=read_layout(layout_name, layouts),
        brand=fields["brand"].text if "brand" in fields else "",
        text=_read_text(fields.get("text"), path),
        sms=_read_text(fields.get("sms"), path),
        amp=_read_amp(path, name=name),
        defaults=defaults,
    )


def split_stem(stem: str, *, name: str) -> tuple[str, str]:
    """The key and the locale in a file's name: welcome, or welcome.pt-BR. Raises SourceFault."""
    key, dot, locale = stem.partition(".")
    if not KEY.fullmatch(key):
        raise SourceFault(_at(name, 1, "a template's file name is lower-case-words.mjml"))
    if dot and locale != (normal := normal_locale(locale)):
        hint = f"; did you mean `{key}.{normal}.mjml`?" if normal else ", such as pt-BR"
        raise SourceFault(_at(name, 1, f"`{locale}` in the file's name is no locale{hint}"))
    return key, locale


def read_piece(path: Path, *, name: str) -> Piece:
    """The file's text with line feeds only. Raises SourceFault when it is no plain text."""
    raw = path.read_bytes()
    if len(raw) > MAX_SOURCE_BYTES:
        raise SourceFault(_at(name, 1, f"larger than {MAX_SOURCE_BYTES // 1024} KB, the most that a template may have"))
    try:
        text = _LINE_ENDS.sub("\n", raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = len(_LINE_ENDS.sub("\n", raw[: error.start].decode("latin-1")).split("\n"))
        reason = f"not UTF-8: the byte {raw[error.start]:#04x} is no letter here; save the file as UTF-8"
        raise SourceFault(_at(name, line, reason)) from None
    piece = Piece(text=text, file=name)
    if stray := _CONTROL.search(text):
        raise SourceFault(piece.finding(stray.start(), "a control character"))
    return piece


def _split(whole: Piece) -> tuple[list[str], Piece]:
    lines = whole.text.split("\n")
    if lines[0].strip() != FENCE:
        reason = f"expected front matter: a first line of {FENCE}, then `subject: …`"
        raise SourceFault(_at(whole.file, 1, reason))
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            body = "\n".join(lines[number + 1 :])
            matter = [f"{whole.file}", *lines[1:number]]
            return matter, Piece(text=body, file=whole.file, line=number + 2)
    raise SourceFault(_at(whole.file, 1, f"the front matter is not closed by a line of {FENCE}"))


def _read_matter(matter: list[str]) -> tuple[dict[str, Piece], dict[str, object]]:
    """`key: value` lines; under `defaults:` indented `path: value` lines."""
    file, *lines = matter
    fields: dict[str, Piece] = {}
    defaults: dict[str, object] = {}
    for number, line in enumerate(lines, start=2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            raise SourceFault(_at(file, number, "expected `key: value`"))
        if line[0].isspace():
            _add_default(defaults, key, value, place=(file, number, "defaults" in fields))
        else:
            _add_field(fields, key, Piece(text=_unquote(value), file=file, line=number))
    return fields, defaults


def _add_field(fields: dict[str, Piece], key: str, value: Piece) -> None:
    if key not in KEYS:
        close = difflib.get_close_matches(key, KEYS, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else f"; known are {', '.join(KEYS)}"
        raise SourceFault(value.finding(0, f"unknown front-matter key `{key}`{hint}"))
    if key in fields:
        raise SourceFault(value.finding(0, f"front-matter key `{key}` is there twice"))
    fields[key] = value


def _add_default(defaults: dict[str, object], path: str, value: str, *, place: tuple[str, int, bool]) -> None:
    file, line, is_inside = place
    if not is_inside:
        raise SourceFault(_at(file, line, "only the lines under `defaults:` are indented"))
    if not PATH.fullmatch(path):
        raise SourceFault(_at(file, line, f"`{path}` is no variable, such as contact.first_name"))
    if path in defaults:
        raise SourceFault(_at(file, line, f"default `{path}` is there twice"))
    try:
        defaults[path] = json.loads(value)
    except ValueError:
        defaults[path] = _unquote(value)


def _unquote(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def _required(fields: dict[str, Piece], key: str, file: str) -> Piece:
    if key not in fields or not fields[key].text:
        raise SourceFault(_at(file, 1, f"the front matter needs a `{key}`"))
    return fields[key]


def read_layout(name: Piece, layouts: list[Path]) -> Piece:
    """The layout of that name, from the first directory that has it. Raises SourceFault."""
    for directory in layouts:
        path = directory / f"{name.text}.mjml"
        if KEY.fullmatch(name.text) and path.is_file():
            return read_piece(path, name=f"{directory.name}/{path.name}")
    known = sorted({path.stem for one in layouts for path in one.glob("*.mjml")})
    reason = f"unknown layout `{name.text}`; known are {', '.join(known) or 'none'}"
    raise SourceFault(name.finding(0, reason))


def _read_text(name: Piece | None, path: Path) -> Piece | None:
    if name is None or not name.text:
        return None
    written = path.parent / name.text
    if written.suffix != ".txt" or written.parent != path.parent or not written.is_file():
        raise SourceFault(name.finding(0, f"no text file `{name.text}` beside the template"))
    return read_piece(written, name=f"{name.file.removesuffix(path.name)}{written.name}")


def _read_amp(path: Path, *, name: str) -> Piece | None:
    """`<key>.amp.html` beside `<key>.mjml`; None where there is none."""
    written = path.with_name(f"{path.stem}.amp.html")
    return read_piece(written, name=f"{name.removesuffix(path.name)}{written.name}") if written.is_file() else None


def _empty(file: str, text: str = "") -> Piece:
    return Piece(text=text, file=file)


def _at(file: str, line: int, reason: str) -> Finding:
    return Finding(file=file, line=line, reason=reason)
