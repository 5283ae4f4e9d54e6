from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import AlreadyRunning, run_servers

pytestmark = pytest.mark.slow


def test_stored_rows_and_keys_survive_a_restart(tmp_path: Path) -> None:
    with run_servers(tmp_path) as addresses:
        _execute(addresses, "CREATE TABLE parcel (id int)")
        redis.Redis.from_url(addresses["REDIS_URL"]).set("bell", "1")
    with run_servers(tmp_path) as addresses:
        _execute(addresses, "SELECT id FROM parcel")
        assert redis.Redis.from_url(addresses["REDIS_URL"]).get("bell") == b"1"


def test_the_folder_has_one_owner_and_tells_the_addresses_meanwhile(tmp_path: Path) -> None:
    with run_servers(tmp_path, only=["REDIS_URL"]) as addresses:
        assert json.loads((tmp_path / "servers.json").read_text()) == addresses
        with pytest.raises(AlreadyRunning, match=f"Process {os.getpid()} already runs"), run_servers(tmp_path):
            pass
    assert not (tmp_path / "servers.json").exists()


def test_redis_wants_its_password(tmp_path: Path) -> None:
    with run_servers(tmp_path, only=["REDIS_URL"]) as addresses, pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(addresses["REDIS_URL"].partition("?")[0]).ping()


@pytest.mark.kill
def test_a_killed_owner_takes_its_servers_along_and_loses_nothing(tmp_path: Path) -> None:
    owner = _start_owner(tmp_path)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    with run_servers(tmp_path) as addresses:
        _execute(addresses, "SELECT id FROM parcel")


_OWNER = """
import sys, time, psycopg
from pathlib import Path
from config.embedded import run_servers
with run_servers(Path(sys.argv[1])) as addresses:
    psycopg.connect(addresses["DATABASE_URL"], autocommit=True).execute("CREATE TABLE parcel (id int)")
    print("ready", flush=True)
    time.sleep(60)
"""


def _start_owner(directory: Path) -> subprocess.Popen[bytes]:
    owner = subprocess.Popen([sys.executable, "-c", _OWNER, str(directory)], stdout=subprocess.PIPE)
    assert owner.stdout
    assert owner.stdout.readline() == b"ready\n"
    owner.stdout.close()
    return owner


def _execute(addresses: dict[str, str], statement: str) -> None:
    with psycopg.connect(addresses["DATABASE_URL"]) as connection:
        connection.execute(statement)
