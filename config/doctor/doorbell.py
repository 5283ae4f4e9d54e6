"""Is Redis there, and set up so that doorbells and limits are kept?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.doctor.findings import Finding, Severity

SUBJECT = "Redis"
_SECONDS = 1.0
_FULL = 0.8


def find_redis_faults(at: datetime | None) -> Iterator[Finding]:
    """All that is to be said of Redis, from one connection."""
    try:
        with _connect() as connection:
            answered: Any = connection.info()
    except redis.RedisError as error:
        yield _unreachable(error)
        return
    yield from _eviction_faults(answered)
    yield from _memory_faults(answered)
    if settings.IS_PRODUCTION:
        yield from _production_faults(answered)


def _connect() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS, retry=Retry(NoBackoff(), 0)
    )


def _unreachable(error: redis.RedisError) -> Finding:
    return Finding(
        severity=Severity.BROKEN, subject=SUBJECT,
        what=f"Redis does not answer ({type(error).__name__}): only critical mail leaves, sent by the sweeper."
        " Nothing is lost; the rest waits.",
        mend="Start Redis, or correct REDIS_URL. Everything goes on by itself when it is back.",
    )  # fmt: skip


def _eviction_faults(answered: dict[str, Any]) -> Iterator[Finding]:
    policy = answered.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"maxmemory-policy is {policy}: when memory runs out Redis throws doorbells and rate limits away.",
            mend="Set maxmemory-policy noeviction, and do not share this Redis with a cache.",
        )  # fmt: skip


def _memory_faults(answered: dict[str, Any]) -> Iterator[Finding]:
    used, most = int(answered.get("used_memory", 0)), int(answered.get("maxmemory", 0))
    if most and used > _FULL * most:
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"Redis uses {used / most:.0%} of its memory ({most // 2**20} MB); when it is full, nobody rings.",
            mend="Postrider itself needs a few megabytes. See what else lies there, or raise maxmemory.",
        )  # fmt: skip


def _production_faults(answered: dict[str, Any]) -> Iterator[Finding]:
    url = urlsplit(settings.REDIS_URL)
    if url.scheme != "unix" and not url.password:
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what="Redis asks for no password: who reaches it can start jobs in the workers.",
            mend="Set requirepass (or an ACL user) and put the password into REDIS_URL.",
        )  # fmt: skip
    if not int(answered.get("aof_enabled", 0)):
        yield Finding(
            severity=Severity.NOTE, subject=SUBJECT,
            what="Redis keeps nothing on disk (appendonly is off). A restart loses doorbells, and no mail.",
            mend="Set appendonly yes, and mail that is due need not wait for the sweeper after a restart.",
        )  # fmt: skip
