"""Where are PostgreSQL and Redis? In DATABASE_URL and REDIS_URL, else where the embedded servers say they listen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SERVERS_FILE = "servers.json"

# Shown by the Redis client as the address it could not reach; PostgreSQL's turn is in config/no_database.
_NO_REDIS = "unix:///nowhere/start-scripts-up-or-set-REDIS_URL"


def find_servers(directory: Path, *, database_url: str, redis_url: str) -> tuple[dict[str, Any], str]:
    """Django's database settings and the Redis URL; for what is unset, from the running servers in `directory`."""
    running = _read_running(directory)
    database_url = database_url or running.get("DATABASE_URL", "")
    database = parse_database_url(database_url) if database_url else {"ENGINE": "config.no_database"}
    return database, redis_url or running.get("REDIS_URL", _NO_REDIS)


def _read_running(directory: Path) -> dict[str, str]:
    try:
        running: dict[str, str] = json.loads((directory / SERVERS_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return running


def parse_database_url(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?host=/socket/folder&sslmode=require` as Django settings.

    Query parameters are libpq's own; `host` among them wins over the one before the slash, as in libpq.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": 5, "application_name": "postrider", **options},
    }
