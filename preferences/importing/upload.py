"""How is an uploaded table kept? As text in UTF-8, cut between records, so that any worker can read any part.

Memory stays flat, whatever the file. Faults of the file as a whole are said at once, those of a line kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import BinaryIO

from django.db import transaction

from preferences.list_reading import (
    EXCERPT,
    MOST_JOINED,
    SEP_LINE,
    BadFile,
    Faulty,
    Line,
    bounded_lines,
    clean_cell,
    find_encoding,
    guess_separator,
    split_records,
)
from preferences.models import ContactImport, ImportPart, ImportRow

#: Characters of a part: some thousand rows.
PART_SIZE = 400_000
MOST_COLUMNS = 200
#: Lines that are looked at for a header.
_LOOKED_AT = 30
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the first lines say: the separator, the names of the columns, and which line is the first of the data."""

    separator: str
    names: tuple[str, ...]
    first_line: int


@transaction.atomic
def store_table(file: BinaryIO, *, name: str, by: int | None) -> ContactImport:
    """Keep an uploaded table until somebody says what its columns are. Raises BadFile."""
    encoding = find_encoding(file)
    file.seek(0)
    lines = bounded_lines(file, encoding)
    sample = list(islice(lines, _LOOKED_AT))
    heading = read_heading(sample)
    made = ContactImport.objects.create(
        file_name=name[:120], encoding=encoding, separator=heading.separator, created_by=by,
        columns=[{"name": one, "target": ""} for one in heading.names],
    )  # fmt: skip
    following = (line for line in chain(sample, lines) if line.number >= heading.first_line)
    for part in _cut(following):
        made.parts += 1
        made.last_number = part.last_line
        ImportPart.objects.create(table=made, number=made.parts, first_line=part.first_line, text="\n".join(part.texts))
        made.faulty += len(_keep_faults(made, part.faults))
    if not made.parts:
        raise BadFile("There is only a header in the file, and no row below it.")
    made.save()
    return made


def read_heading(sample: list[Line]) -> Heading:
    """Find separator and header. Raises BadFile, in words for whoever uploads."""
    sample = [line for line in sample if line.text.strip(" \ufeff\t,;|") or line.fault]
    if not sample:
        raise BadFile("The file is empty.")
    told = SEP_LINE.fullmatch(sample[0].text.strip())
    if told and len(sample) > 1:
        sample = sample[1:]
    separator = told[1] if told else guess_separator(_QUOTED.sub("", sample[0].text))
    records = list(islice(split_records(sample, separator), 2))
    number, cells = records[0]
    if isinstance(cells, Faulty):
        raise BadFile(f"The first line cannot be read: {cells.fault}. Mend it, and upload the file again.")
    cleaned = [clean_cell(cell) for cell in cells]
    if len(cleaned) > MOST_COLUMNS:
        raise BadFile(f"There are {len(cleaned):,} columns; at most {MOST_COLUMNS} can be read. Leave some out.")
    if any("@" in cell for cell in cleaned):
        names = tuple(f"Column {place + 1}" for place in range(len(cleaned)))
        return Heading(separator=separator, names=names, first_line=number)
    if len(records) < 2:
        raise BadFile("There is only a header in the file, and no row below it.")
    names = tuple(cell[:80] or f"Column {place + 1}" for place, cell in enumerate(cleaned))
    return Heading(separator=separator, names=names, first_line=records[1][0])


@dataclass(slots=True)
class _Part:
    first_line: int = 0
    last_line: int = 0
    texts: list[str] = field(default_factory=list)
    faults: list[Line] = field(default_factory=list)
    size: int = 0


def _cut(lines: Iterable[Line]) -> Iterator[_Part]:
    """Parts of whole records. A quotation mark that nobody closes ends after some lines, as it does for the reader."""
    part, is_open, joined = _Part(), False, 0
    for line in lines:
        _add(part, line)
        is_open = is_open != (line.text.count('"') % 2 == 1) and not line.fault
        joined = joined + 1 if is_open else 0
        if joined > MOST_JOINED:
            is_open, joined = False, 0
        if part.size >= PART_SIZE and not is_open:
            yield part
            part = _Part()
    if part.texts:
        yield part


def _add(part: _Part, line: Line) -> None:
    part.first_line = part.first_line or line.number
    part.last_line = line.number
    part.texts.append("" if line.fault else line.text)
    part.size += len(part.texts[-1]) + 1
    if line.fault:
        part.faults.append(line)


def _keep_faults(made: ContactImport, faults: list[Line]) -> list[ImportRow]:
    return ImportRow.objects.bulk_create(
        (
            ImportRow(table=made, number=line.number, fault=line.fault[:200], excerpt=line.text[:EXCERPT])
            for line in faults
        ),
        batch_size=2_000,
    )
