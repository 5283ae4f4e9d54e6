"""Does the one SQL statement select the people that the rule means? Compared with a slow reading in Python."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from campaigns.segments.faults import BadRule
from campaigns.segments.selection import select_people
from tests.campaigns.segments.oracle import select
from tests.campaigns.segments.population import AT, declare_events, forget_events, make_crowd
from tests.campaigns.segments.trees import rules

#: Rules in all: `SEGMENT_RULES=10000` is the long dose.
RULES = int(os.environ.get("SEGMENT_RULES", "120"))
_CROWDS = 4

pytestmark = pytest.mark.django_db


@pytest.fixture
def _events() -> Iterator[None]:
    declare_events()
    yield
    forget_events()


@pytest.mark.req("C2")
@pytest.mark.usefixtures("_events")
@pytest.mark.parametrize("seed", range(_CROWDS))
def test_the_statement_selects_whom_the_rule_means(seed: int) -> None:
    crowd = make_crowd(seed)

    @settings(
        max_examples=max(RULES // _CROWDS, 1), deadline=None, derandomize=RULES < 1000, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(some.data())
    def compare(data: some.DataObject) -> None:
        rule = data.draw(rules(crowd))
        try:
            found = _run(rule)
        except BadRule as error:
            assert "deeper" in str(error)  # noqa: PT017 - drawn trees may be deeper than a person builds
            return
        assert found == select(crowd, rule), json.dumps(rule, indent=1)

    compare()


def _run(rule: dict[str, Any]) -> set[int]:
    selection = select_people(rule, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(selection.sql, selection.parameters)
        rows = [row[0] for row in cursor.fetchall()]
    assert len(rows) == len(set(rows))
    return set(rows)
