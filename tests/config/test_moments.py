"""Do moments come out of the database as they went in?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, connection

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("microsecond", [0, 1, 120_000, 999_999])
def test_to_the_microsecond_and_in_utc(microsecond: int) -> None:
    moment = datetime(2026, 11, 28, 9, 30, 0, microsecond, tzinfo=UTC)
    read = _ask("SELECT %s::timestamptz", moment)
    assert read == moment
    assert read.utcoffset() == timedelta(0)


def test_one_given_in_another_zone() -> None:
    assert _ask("SELECT '2026-11-28 15:00:00+05:30'::timestamptz") == datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_what_python_cannot_hold_is_an_error_as_before(text: str) -> None:
    with pytest.raises(DataError):
        _ask("SELECT %s::timestamptz", text)


def _ask(sql: str, *values: str | datetime) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        [found] = cursor.fetchone()
    assert isinstance(found, datetime)
    return found
