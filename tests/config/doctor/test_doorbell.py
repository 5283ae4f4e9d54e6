"""Does the doctor see a Redis that is away, full, open to anyone or forgetful?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as configured

from config.doctor.doorbell import _production_faults, find_redis_faults


def _ask() -> list[tuple[str, str]]:
    return [(finding.severity.word, finding.what) for finding in find_redis_faults(None)]


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    """The tests' Redis; what a test sets in it is put back."""
    connection = redis.Redis.from_url(configured.REDIS_URL)
    names = ("maxmemory-policy", "maxmemory", "appendonly")
    before: Any = {name: connection.config_get(name)[name] for name in names}
    yield connection
    for name, value in before.items():
        connection.config_set(name, value)
    connection.close()


def test_a_redis_that_is_away(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1"
    [(severity, what)] = _ask()
    assert severity == "broken"
    assert "only critical mail leaves" in what


def test_a_policy_that_throws_doorbells_away(server: redis.Redis) -> None:
    server.config_set("maxmemory-policy", "allkeys-lru")
    [(severity, what)] = _ask()
    assert severity == "warning"
    assert "allkeys-lru" in what


def test_a_memory_that_is_nearly_full(server: redis.Redis) -> None:
    used: Any = server.info("memory")
    server.config_set("maxmemory", int(used["used_memory"] * 1.1))
    assert any("of its memory" in what for _, what in _ask())


def test_production_hears_that_nothing_is_kept_on_disk(server: redis.Redis, settings: Any) -> None:
    server.config_set("appendonly", "no")
    settings.IS_PRODUCTION = True
    assert any("appendonly is off" in what for severity, what in _ask() if severity == "note")


def test_production_wants_a_password(settings: Any) -> None:
    settings.REDIS_URL = "redis://redis.acme.test:6379/0"
    [finding] = _production_faults({"aof_enabled": 1})
    assert (finding.severity.word, finding.what.partition(":")[0]) == ("warning", "Redis asks for no password")


def test_a_password_in_the_address_is_enough(settings: Any) -> None:
    settings.REDIS_URL = "rediss://:word@redis.acme.test:6379/0"
    assert list(_production_faults({"aof_enabled": 1})) == []


def test_a_good_redis_is_not_mentioned(server: redis.Redis) -> None:
    assert _ask() == []
