"""What may a column of a table be, and what is it likely to be, by its heading and by what stands in it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from preferences.attribute_kinds import Kind, fits, guess_kind
from preferences.attributes import key_of
from preferences.list_reading import Faulty, Line, clean_cell, split_records
from preferences.models import Attribute, ContactImport, ImportPart, Topic
from preferences.phones import BadPhone, normalise_phone

IGNORED, EMAIL, NAME = "", "email", "name"
#: Columns of the contact's own row, by what they are called.
FIELDS = {
    EMAIL: "E-mail address", "first_name": "First name", "last_name": "Last name", NAME: "Full name", "phone": "Phone",
    "locale": "Language", "time_zone": "Time zone",
}  # fmt: skip
ATTRIBUTE, NEW, TOPIC = "attribute:", "new:", "topic:"

#: Headings by which a column is known, in English, German and Spanish; whole words, without case.
_HEADINGS = {
    EMAIL: r"e-?mails?|e-?mail[ -_]?addresse?s?|e-?mail-?adresse|mail|adresse e-?mail|correo( electr[oó]nico)?",
    "first_name": r"first ?names?|given ?names?|fname|forename|vorname|rufname|nombre|nombre de pila|pr[eé]nom",
    "last_name": r"last ?names?|sur ?name|family ?names?|lname|nachname|familienname|apellidos?",
    NAME: r"(full ?)?name|contact|kunde|kontakt|nombre completo|nombre y apellidos|vollst[aä]ndiger name",
    "phone": r"(tele)?phone( ?number)?|mobile?|cell|handy|telefon(nummer)?|mobilnummer|tel[eé]fono|m[oó]vil",
    "locale": r"locale|language|lang|sprache|idioma|lengua",
    "time_zone": r"time ?zone|tz|zeitzone|zona horaria",
}  # fmt: skip
_KNOWN = {target: re.compile(pattern) for target, pattern in _HEADINGS.items()}
_LOOKED_AT = 200
_SHOWN = 3
#: Of fewer cells one is no slip.
_MANY = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as the file has it: its heading, some values, and what it probably is."""

    place: int
    name: str
    samples: tuple[str, ...]
    guess: str


def sample_rows(table: ContactImport, most: int = _LOOKED_AT) -> list[list[str]]:
    """The first rows of a table that can be read."""
    part = ImportPart.objects.filter(table=table, number=1).first()
    records = islice(split_records(lines_of(part), table.separator), most) if part else ()
    return [[clean_cell(cell) for cell in cells] for _number, cells in records if not isinstance(cells, Faulty)]


def lines_of(part: ImportPart) -> Iterable[Line]:
    """The lines of a part, with their numbers in the file."""
    return (Line(part.first_line + place, text) for place, text in enumerate(part.text.split("\n")))


def guess_columns(table: ContactImport) -> list[Column]:
    """What each column probably is; each thing is guessed once, the address always where there is one."""
    rows = sample_rows(table)
    attributes = list(Attribute.objects.all())
    known = {key_of(one.name): one.key for one in attributes} | {one.key: one.key for one in attributes}
    topics = {key_of(word): one for one in Topic.objects.all() for word in (one.key, one.name)}
    cells = [[row[place] for row in rows if place < len(row) and row[place]] for place, _ in enumerate(table.columns)]
    email = _find_email([column["name"] for column in table.columns], cells)
    found, taken = [], {EMAIL}
    for place, column in enumerate(table.columns):
        guess = EMAIL if place == email else _guess(column["name"], cells[place], known, topics, taken)
        taken.add(guess)
        samples = tuple(dict.fromkeys(cell[:60] for cell in cells[place]))[:_SHOWN]
        found.append(Column(place=place, name=column["name"], samples=samples, guess=guess))
    return found


def _find_email(names: Sequence[str], cells: Sequence[Sequence[str]]) -> int | None:
    """The column with the most cells that look like addresses; its heading decides among equals."""
    shares = [sum("@" in cell for cell in column) / len(column) if column else 0.0 for column in cells]
    ranked = [
        (share, bool(_KNOWN[EMAIL].fullmatch(_plain(name))), -place)
        for place, (name, share) in enumerate(zip(names, shares, strict=True))
    ]
    share, is_named, place = max(ranked, default=(0.0, False, 0))
    return -place if share >= 0.5 or is_named else None


def _guess(name: str, cells: Sequence[str], known: dict[str, str], topics: dict[str, Topic], taken: set[str]) -> str:
    plain, key = _plain(name), key_of(name)
    for target, pattern in _KNOWN.items():
        if target not in taken and pattern.fullmatch(plain):
            return target if target != NAME or not {"first_name", "last_name"} & taken else IGNORED
    if key in known and f"{ATTRIBUTE}{known[key]}" not in taken:
        return f"{ATTRIBUTE}{known[key]}"
    if key in topics and all(fits(Kind.BOOLEAN, cell) for cell in cells):
        return f"{TOPIC}{topics[key].pk}"
    if "phone" not in taken and cells and all(_is_phone(cell) for cell in cells):
        return "phone"
    return f"{NEW}{_guess_kind(cells)}" if cells and not name.startswith("Column ") and key else IGNORED


def _guess_kind(cells: Sequence[str]) -> Kind:
    """As nearly all cells suggest: a slip here and there makes no text of numbers."""
    found = guess_kind(cells)
    if found == Kind.TEXT and len(cells) >= _MANY:
        for kind in (Kind.BOOLEAN, Kind.NUMBER, Kind.DATE):
            fitting = [cell for cell in cells if fits(kind, cell)]
            if len(fitting) >= 0.9 * len(cells) and guess_kind(fitting) == kind:
                return kind
    return found


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_.:]+", name.casefold())).strip()


def _is_phone(cell: str) -> bool:
    try:
        return bool(normalise_phone(cell)) and cell.startswith(("+", "00"))
    except BadPhone:
        return False


def targets() -> list[tuple[str, list[tuple[str, str]]]]:
    """All that a column may be, in groups, for a select."""
    defined = [(f"{ATTRIBUTE}{one.key}", one.name) for one in Attribute.objects.all()]
    topics = [(f"{TOPIC}{one.pk}", f"{one.name}: yes or no") for one in Topic.objects.all()]
    return [
        ("Contact", list(FIELDS.items())),
        *([("Attributes", defined)] if defined else []),
        ("A new attribute", [(f"{NEW}{kind}", f"New: {kind.label.lower()}") for kind in Kind]),
        *([("Topics", topics)] if topics else []),
    ]


def new_key(name: str, place: int) -> str:
    """The key of the attribute that a column makes."""
    return key_of(name) or f"column_{place + 1}"
