from __future__ import annotations

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from config.no_database.base import DatabaseWrapper
from config.servers import SERVERS_FILE, find_servers, parse_database_url


def test_database_url_is_read_whole() -> None:
    database = parse_database_url("postgresql://ada:p%40ss@db.example:6432/post?sslmode=require")
    assert [database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "post",
        "ada",
        "p@ss",
        "db.example",
        "6432",
    ]
    assert database["OPTIONS"]["sslmode"] == "require"


def test_database_url_with_a_socket_folder() -> None:
    assert parse_database_url("postgresql://postgres@/post?host=/run/my%20sockets")["HOST"] == "/run/my sockets"


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql://db.example", "db.example/post"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must look like"):
        parse_database_url(url)


def test_running_servers_are_found_and_the_environment_wins(tmp_path) -> None:
    running = {"DATABASE_URL": "postgresql://a/inside", "REDIS_URL": "unix:///inside.sock"}
    (tmp_path / SERVERS_FILE).write_text(json.dumps(running))
    database, redis_url = find_servers(tmp_path, database_url="postgresql://b/outside", redis_url="")
    assert (database["NAME"], redis_url) == ("outside", "unix:///inside.sock")


def test_without_servers_the_first_query_says_what_to_do(tmp_path) -> None:
    database, redis_url = find_servers(tmp_path, database_url="", redis_url="")
    assert database == {"ENGINE": "config.no_database"}
    assert "set-REDIS_URL" in redis_url
    with pytest.raises(OperationalError, match="start scripts/up, or set DATABASE_URL"):
        DatabaseWrapper({}).get_connection_params()
