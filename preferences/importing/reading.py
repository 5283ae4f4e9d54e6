"""How does a part of a table become rows? Each cell is checked as its column wants; then all are copied at once.

A part is read in one transaction, so a killed worker leaves it unread. A row without a usable address is refused; a
cell that does not fit is left out, and noted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from config import vault
from preferences.addresses import BadAddress, normalise_address
from preferences.attribute_kinds import BadValue, Kind, parse_value
from preferences.contacts import clean_name
from preferences.importing.columns import ATTRIBUTE, EMAIL, FIELDS, NAME, NEW, TOPIC, lines_of, new_key
from preferences.list_reading import EXCERPT, Faulty, clean_cell, split_records
from preferences.locales import normal_locale
from preferences.models import Attribute, ContactImport, ImportPart
from preferences.phones import BadPhone, normalise_phone
from preferences.time_zones import is_zone

_COPY = """
    COPY preferences_importrow
        (table_id, number, email, address, digest, columns, attributes, topics, fault, note, excerpt) FROM STDIN
"""


@dataclass(slots=True)
class Row:
    """One row on its way."""

    number: int
    email: str = ""
    address: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, bool] = field(default_factory=dict)
    fault: str = ""
    notes: list[str] = field(default_factory=list)
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which cell goes where, and what everybody gets."""

    email: int
    cells: tuple[tuple[int, str, Callable[[Row, str], None]], ...]  # place, heading, where the value goes
    topics: dict[str, bool]


def read_part(table: ContactImport, part: ImportPart, plan: Plan) -> tuple[int, int, int]:
    """Store the rows of a part; how many there are, how many are faulty, and how many have cells left out."""
    rows = faulty = noted = 0
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in read_rows(part, table.separator, plan):
            digest = vault.address_digest(row.address) if row.address else None
            copy.write_row((
                table.pk, row.number, row.email, row.address, digest, _dump(row.columns), _dump(row.attributes),
                _dump(row.topics), row.fault[:200], "; ".join(row.notes)[:200], row.excerpt,
            ))  # fmt: skip
            rows, faulty, noted = rows + 1, faulty + bool(row.fault), noted + bool(row.notes)
    return rows, faulty, noted


def read_rows(part: ImportPart, separator: str, plan: Plan) -> Iterator[Row]:
    """Each row that is not empty."""
    for number, cells in split_records(lines_of(part), separator):
        if isinstance(cells, Faulty):
            yield Row(number=number, fault=cells.fault, excerpt=cells.excerpt[:EXCERPT])
        elif any(cell and not cell.isspace() for cell in cells):
            yield _read(number, cells, plan)


def _read(number: int, cells: Sequence[str], plan: Plan) -> Row:
    row = Row(number=number, topics=plan.topics)
    written = clean_cell(cells[plan.email]) if plan.email < len(cells) else ""
    try:
        row.address = normalise_address(written)
        row.email = written
    except BadAddress as fault:
        row.fault = f"no usable address: {fault}" if written else "there is no address in this row"
        row.excerpt = ", ".join(cells)[:EXCERPT]
        return row
    for place, heading, put in plan.cells:
        cell = cells[place].strip() if place < len(cells) else ""
        if cell:
            try:
                put(row, clean_cell(cell) if cell[0] in "=\ufeff\u200b'" else cell)
            except (BadValue, BadAddress, BadPhone) as fault:
                row.notes.append(f"{heading}: {fault}")
    if row.notes:
        row.excerpt = ", ".join(cells)[:EXCERPT]
    return row


def plan_reading(table: ContactImport) -> Plan:
    """Compile the choices of the mapping page."""
    kinds = dict(Attribute.objects.values_list("key", "kind"))
    cells, email = [], 0
    for place, column in enumerate(table.columns):
        target, name = column["target"], column["name"]
        if target == EMAIL:
            email = place
        elif target:
            cells.append((place, name, _putter(target, new_key(name, place), kinds)))
    topics = {str(topic): True for topic in table.topics.values_list("pk", flat=True)}
    return Plan(email=email, cells=tuple(cells), topics=topics)


def _putter(target: str, key: str, kinds: dict[str, str]) -> Callable[[Row, str], None]:
    if target in FIELDS:
        return _FIELD_PUTTERS.get(target) or _put_column(target)
    if target.startswith(TOPIC):
        return _put_topic(target.removeprefix(TOPIC))
    if target.startswith(ATTRIBUTE):
        key = target.removeprefix(ATTRIBUTE)
        return _put_attribute(key, kinds.get(key, Kind.TEXT))
    return _put_attribute(key, kinds.get(key) or target.removeprefix(NEW))


def _put_attribute(key: str, kind: str) -> Callable[[Row, str], None]:
    def put(row: Row, cell: str) -> None:
        value = parse_value(kind, cell)
        if value is not None:
            row.attributes[key] = value

    return put


def _put_topic(topic: str) -> Callable[[Row, str], None]:
    def put(row: Row, cell: str) -> None:
        row.topics = {**row.topics, topic: bool(parse_value(Kind.BOOLEAN, cell))}

    return put


def _put_column(name: str) -> Callable[[Row, str], None]:
    def put(row: Row, cell: str) -> None:
        row.columns[name] = clean_name(cell)

    return put


def _put_name(row: Row, cell: str) -> None:
    """ "Ada Lovelace", or "Lovelace, Ada"; what the columns of their own say counts more."""
    last, comma, first = cell.partition(",")
    if not comma:
        first, _, last = cell.strip().rpartition(" ")
        first, last = (first, last) if first else (last, "")
    row.columns = {"first_name": clean_name(first), "last_name": clean_name(last), **row.columns}


def _put_phone(row: Row, cell: str) -> None:
    row.columns["phone"] = normalise_phone(cell)


def _put_locale(row: Row, cell: str) -> None:
    locale = normal_locale(cell)
    if not locale or len(locale) > 16:
        raise BadValue("write a language as de or pt-BR")
    row.columns["locale"] = locale


def _put_time_zone(row: Row, cell: str) -> None:
    if not is_zone(cell):
        raise BadValue("there is no such time zone; write it as Europe/Oslo")
    row.columns["time_zone"] = cell


_FIELD_PUTTERS = {NAME: _put_name, "phone": _put_phone, "locale": _put_locale, "time_zone": _put_time_zone}


def _dump(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else "{}"
