"""How fast does a table of contacts come in? Made up, uploaded, looked through, brought in, and a part of it known."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator

from config import clock
from config.loadtest.figures import rate
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.stack import own_peak_memory
from preferences.importing import life
from preferences.importing.columns import guess_columns
from preferences.importing.upload import store_table
from preferences.models import Contact, ContactImport

_HEADER = "E-mail;First name;Last name;Language;City;Points\n"
_REPEATED = 100  # one row in so many stands twice
_FAULTY = 1_000


class _Table(io.RawIOBase):
    """A table that is written as it is read, so that the test itself holds nothing."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.seek(0)

    def seek(self, offset: int, whence: int = 0) -> int:
        self.lines, self.held = self._lines(), b""
        return offset

    def read(self, size: int = -1) -> bytes:
        """At least some bytes, until the end."""
        chunks, length = [self.held], len(self.held)
        while length < size:
            line = next(self.lines, "").encode()
            if not line:
                break
            chunks.append(line)
            length += len(line)
        whole = b"".join(chunks)
        self.held = whole[size:]
        return whole[:size]

    def _lines(self) -> Iterator[str]:
        yield _HEADER
        for number in range(self.rows):
            who = number - 1 if number % _REPEATED == 1 else number
            address = "nobody" if number % _FAULTY == 7 else f"row{who}@table.example"
            yield f"{address};Ann{number};O'Load;en;Oslo;{number}\n"


def run(options: Options) -> Outcome:
    """Into what is there: in a fresh database all are new, with `loadtest` data some are known."""
    before = Contact.objects.count()
    started = time.perf_counter()
    table = store_table(_Table(options.number), name="load test", by=None)  # type: ignore[arg-type]
    uploaded = time.perf_counter()
    targets = [one.guess for one in guess_columns(table)]
    life.set_columns(table, targets, known="overwrite", to_list="Load test")
    looked = _time(lambda: _work(table))
    life.start(table.pk, by=None, at=clock.now())
    brought = _time(lambda: _work(table))
    table.refresh_from_db()
    _check(table, options.number, before)
    seconds = (uploaded - started) + looked + brought
    return {
        "rate": rate(options.number, seconds), "seconds": round(seconds, 2),
        "rss_mb": own_peak_memory(),
        "upload_s": round(uploaded - started, 2), "look_s": round(looked, 2), "import_s": round(brought, 2),
        "contacts_before": before, "added": table.added, "changed": table.changed, "repeated": table.repeated,
        "refused": table.faulty,
    }  # fmt: skip


def _time(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _work(table: ContactImport) -> None:
    while life.work_on_imports(at=clock.now(), seconds=60):
        pass


def _check(table: ContactImport, rows: int, before: int) -> None:
    """Raises Failed unless each row is accounted for."""
    told = table.faulty + table.repeated + table.fresh + table.differing + table.same + table.erased
    made = Contact.objects.count() - before
    if table.state != ContactImport.State.DONE or told != rows or made != table.added:
        raise Failed(f"of {rows} rows {told} are accounted for; {table.added} were added, {made} contacts made")
