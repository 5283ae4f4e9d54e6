"""How many contacts have no value at some paths? One statement, that is given up after its time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from notifications.compose.preflight.variables import CONTACT
from notifications.compose.reading import Reading
from preferences.audiences import Audience

#: Of those without a value: how many, and two of them for an example, the oldest and the newest.
AGGREGATES = ("count(*)", "min(id)", "max(id)")


def count_at(
    paths: Sequence[Reading], audience: Audience, *, seconds: float, share: float | None
) -> tuple[Any, ...] | None:
    """One row: how many were looked at, then AGGREGATES of those who are blank at each path; None: it took too long.

    `share`: of the table, where a part of it stands for all.
    """
    statement, parameters = _statement(paths, audience, share=share)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(max(1, int(seconds * 1000)))])
            cursor.execute(statement, parameters)
            row: tuple[Any, ...] = cursor.fetchone()
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            return row
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


def _statement(paths: Sequence[Reading], audience: Audience, *, share: float | None) -> tuple[str, list[Any]]:
    """Each contact is looked at once: OFFSET 0 keeps the tests from being made anew for every aggregate."""
    tests, values = _tests(paths)
    part = " TABLESAMPLE SYSTEM (%s) REPEATABLE (1)" if share is not None else ""
    counted = [f"{aggregate} FILTER (WHERE b{place})" for place in range(len(paths)) for aggregate in AGGREGATES]
    statement = (
        f"SELECT {', '.join(['count(*)', *counted])} FROM (SELECT {', '.join(['c.id', *tests])}"
        f" FROM preferences_contact c{part} JOIN ({audience.sql}) audience ON audience.id = c.id"
        " WHERE c.address IS NOT NULL OFFSET 0) looked_at"
    )
    return statement, [*values, *([share * 100] if share is not None else []), *audience.parameters]


def _tests(paths: Sequence[Reading]) -> tuple[list[str], list[Any]]:
    """What a template takes as blank: nothing, an empty text, list or object; the same as `compose.render.EMPTY`."""
    tests: list[str] = []
    values: list[Any] = []
    for place, (name, *further) in enumerate(paths):
        if name in CONTACT and not further:
            tests.append(f"c.{name} = '' AS b{place}")
        else:
            tests.append(f"coalesce(c.attributes #> %s::text[], 'null') IN ('null', '\"\"', '[]', '{{}}') AS b{place}")
            values.append([str(segment) for segment in (name, *further)])
    return tests, values


def guess_contacts() -> int:
    """How many contacts there are, as the planner believes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'preferences_contact'::regclass")
        guess: int = cursor.fetchone()[0]
    return guess
