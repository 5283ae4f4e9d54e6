"""How fast does a table of contacts go out, and does its memory stay flat?"""

from __future__ import annotations

import time

from config import clock
from config.loadtest.figures import rate
from config.loadtest.options import Failed, Options, Outcome
from config.loadtest.people import ensure_people
from config.loadtest.stack import own_peak_memory
from preferences import exporting
from preferences.attributes import define

_COLUMNS = ("email", "first_name", "last_name", "locale", "time_zone", "suppressed", "attribute:city", "attribute:plan")


def run(options: Options) -> Outcome:
    """Everybody, with two attributes and whether they are suppressed; then it is read as a download is."""
    number = len(ensure_people(options.number))
    for key in ("city", "plan"):
        define(key, kind="text")
    before = own_peak_memory()
    started = time.perf_counter()
    table = exporting.order_export("all", _COLUMNS, by=None)
    while exporting.work_on_exports(at=clock.now(), seconds=60):
        pass
    written = time.perf_counter()
    table.refresh_from_db()
    size = sum(len(chunk) for chunk in exporting.read_export(table))
    read = time.perf_counter()
    if table.state != table.State.DONE or table.written < number:
        raise Failed(f"of {number} contacts {table.written} were written")
    return {
        "rate": rate(table.written, written - started), "seconds": round(written - started, 2),
        "rss_mb": own_peak_memory(), "rss_before_mb": before, "download_s": round(read - written, 2),
        "contacts": table.written, "megabytes": round(size / 1024**2, 1),
    }  # fmt: skip
