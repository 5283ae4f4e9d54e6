"""Which addresses stand in a file that somebody uploads? CSV of any kind or one address a line, read as it comes.

Whatever the file, memory stays flat: a line that is too long is passed over and named, as is each that has no address.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from itertools import chain, islice
from typing import BinaryIO

from preferences.addresses import BadAddress, normalise_address

MOST_BYTES = 100 * 1024 * 1024
MOST_LINES = 2_000_000
LONGEST_LINE = 10_000  # characters
#: So many lines may one record take, with line breaks inside quotation marks.
MOST_JOINED = 20
_CHUNK = 64 * 1024
EXCERPT = 60

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, ""), (codecs.BOM_UTF32_BE, ""),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_BREAK = re.compile(r"\r\n|\n|\r")
_SEPARATORS = "\t;,|"
SEP_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # what Excel writes and reads
_ADDRESS_COLUMN = re.compile(r"e-?mail|address|adresse|recipient|correo|empf", re.IGNORECASE)
_EXCEL_TEXT = re.compile(r'="(.*)"')


class BadFile(ValueError):
    """The file as a whole cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What stands in one line: an address as written and normalised, or a fault and how the line begins."""

    number: int
    email: str = ""
    address: str = ""
    fault: str = ""
    excerpt: str = ""


@dataclass(slots=True)
class AddressFile:
    """An uploaded file. `header` is known once reading has begun: the line that was taken for one, or ""."""

    file: BinaryIO
    encoding: str = ""
    header: str = ""

    def read(self) -> Iterator[Found]:
        """Each line that is not empty, in order. Raises BadFile."""
        self.encoding = find_encoding(self.file)
        self.file.seek(0)
        lines = bounded_lines(self.file, self.encoding)
        sample = list(islice(lines, 10))
        if not sample:
            raise BadFile("The file is empty.")
        separator, column, skipped = self._look(sample)
        for number, cells in split_records(chain(sample[skipped:], lines), separator):
            if isinstance(cells, Faulty):
                yield Found(number=number, fault=cells.fault, excerpt=cells.excerpt)
            elif any(cell.strip() for cell in cells):
                yield _find_address(number, cells, column)

    def _look(self, sample: list[Line]) -> tuple[str, int, int]:
        """The separator, the column of addresses, and how many lines stand before the first of them."""
        skipped, first = 0, sample[0].text
        told = SEP_LINE.fullmatch(first.strip())
        if told and len(sample) > 1:
            skipped, first = 1, sample[1].text
        separator = told[1] if told else guess_separator(first)
        cells = [clean_cell(cell) for cell in _split(first, separator)]
        if sample[skipped].fault or any("@" in cell for cell in cells):
            return separator, _column_of(cells), skipped
        self.header = first.strip()[:200]
        named = [place for place, cell in enumerate(cells) if _ADDRESS_COLUMN.search(cell)]
        if named:
            return separator, named[0], skipped + 1
        below = (
            [clean_cell(cell) for cell in _split(sample[skipped + 1].text, separator)] if sample[skipped + 1 :] else []
        )
        return separator, _column_of(below), skipped + 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file, without its break; of one that cannot be used the beginning, and why."""

    number: int
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A record that cannot be used: why, and how it begins."""

    fault: str
    excerpt: str


def find_encoding(file: BinaryIO) -> str:
    """UTF-8 with or without a mark, UTF-16, else Windows' Latin-1. Raises BadFile for what is no text."""
    file.seek(0)
    head = file.read(_CHUNK)
    if head.startswith(b"PK\x03\x04"):
        raise BadFile("This is an Excel workbook or another archive. Save it as CSV, and upload that.")
    if head.startswith((b"\x1f\x8b", b"%PDF")):
        raise BadFile("This is no text file. Save the list as CSV, and upload that.")
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if not encoding:
                raise BadFile("The file is in UTF-32. Save it as UTF-8, and upload that.")
            return encoding
    if len(head) > 3 and head.count(0) * 3 > len(head):
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(1024 * 1024):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def bounded_lines(file: BinaryIO, encoding: str) -> Iterator[Line]:
    """Lines with their numbers; of one that is too long its beginning, with a fault. Raises BadFile."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    number, held, is_long = 1, "", False
    while chunk := file.read(_CHUNK):
        *whole, rest = _split_lines(held + decoder.decode(chunk))
        for text in whole:
            yield _line(number, text, is_long=is_long)
            number, is_long = number + 1, False
            if number > MOST_LINES:
                raise BadFile(f"The list has more than {MOST_LINES:,} lines. Divide it.")
        is_long = is_long or len(rest) > LONGEST_LINE
        held = rest[:EXCERPT] + ("\r" if rest.endswith("\r") else "") if is_long else rest
    held += decoder.decode(b"", final=True)
    if held:
        yield _line(number, held.rstrip("\r"), is_long=is_long)


def _split_lines(text: str) -> list[str]:
    """Divided at line breaks; a carriage return at the very end may be half of one, and stays."""
    is_open = text.endswith("\r")
    parts = _BREAK.split(text[:-1] if is_open else text)
    if is_open:
        parts[-1] += "\r"
    return parts


def _line(number: int, text: str, *, is_long: bool) -> Line:
    if is_long or len(text) > LONGEST_LINE:
        return Line(number, text[:EXCERPT], f"the line is longer than {LONGEST_LINE:,} characters")
    if "\0" in text:
        return Line(number, text.replace("\0", "\ufffd"), "the line contains a NUL byte")
    return Line(number, text)


def split_records(lines: Iterable[Line], separator: str) -> Iterator[tuple[int, list[str] | Faulty]]:
    """The cells of each record, by the number of its first line; a record may go on inside quotation marks."""
    following, again = iter(lines), deque[Line]()
    while line := again.popleft() if again else next(following, None):
        if line.fault:
            yield line.number, Faulty(line.fault, line.text[:EXCERPT])
        elif not separator or line.text.count('"') % 2 == 0:
            yield line.number, _split(line.text, separator)
        else:
            joined, tried = _join(line, chain(again, following))
            if joined is None:
                yield line.number, Faulty("a quotation mark is opened and never closed", line.text[:EXCERPT])
                again = deque([*tried, *islice(again, len(tried), None)])
            else:
                yield line.number, _split(joined, separator)
                again = deque(islice(again, len(tried), None))


def _join(first: Line, following: Iterable[Line]) -> tuple[str | None, list[Line]]:
    """The whole text of a record whose quotation mark is open, or None and the lines that were tried."""
    text, tried = first.text, []
    for line in islice(following, MOST_JOINED):
        tried.append(line)
        text = f"{text}\n{line.text}"
        if line.fault or len(text) > LONGEST_LINE:
            break
        if line.text.count('"') % 2:
            return text, tried
    return None, tried


def _split(text: str, separator: str) -> list[str]:
    if not separator:
        return [text.strip().strip('"')]
    if '"' not in text:
        return text.split(separator)
    return next(csv.reader([text], delimiter=separator), [])


def guess_separator(text: str) -> str:
    """The one that stands most often in the first line; "" for one address a line."""
    best = max(_SEPARATORS, key=text.count)
    return best if best in text else ""


def _column_of(cells: list[str]) -> int:
    """The first cell with an @; without one the first of all."""
    return next((place for place, cell in enumerate(cells) if "@" in cell), 0)


def _find_address(number: int, cells: list[str], column: int) -> Found:
    cell = clean_cell(cells[column]) if column < len(cells) else ""
    excerpt = ", ".join(cells)[:EXCERPT]
    if not cell:
        return Found(number=number, fault=f"there is nothing in column {column + 1}", excerpt=excerpt)
    if cell.startswith("=") and "(" in cell:
        return Found(number=number, fault="the cell is a formula, not an address", excerpt=excerpt)
    try:
        return Found(number=number, email=cell, address=normalise_address(cell))
    except BadAddress as fault:
        return Found(number=number, fault=str(fault), excerpt=excerpt)


def clean_cell(cell: str) -> str:
    """The address in a cell: without a name beside it, without what spreadsheets put around it."""
    text = cell.strip().strip("\ufeff\u200b\u00a0 ")
    if quoted := _EXCEL_TEXT.fullmatch(text):
        text = quoted[1]
    if text.startswith("'") and text[1:2] in {*"=+-@", ""}:
        text = text[1:]  # as our own export writes it
    text = text.removeprefix("mailto:")
    return parseaddr(text)[1] or text if "<" in text and len(text) < 1_000 else text
