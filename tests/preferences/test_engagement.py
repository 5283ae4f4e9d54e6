"""Does the score tell who is awake, whatever the order in which events arrive?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from preferences.engagement import HALF_LIFE, Seen, Sign, name_score, note_engagement, score_at
from preferences.models import Contact

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _seen(contact: Contact, sign: Sign, days_ago: float) -> Seen:
    return Seen(contact_id=contact.pk, sign=sign, at=NOW - timedelta(days=days_ago))


@given(some.floats(-10, 1e6), some.integers(0, 4000), some.integers(0, 400))
def test_a_score_is_in_bounds_and_only_falls(points: float, age: int, later: int) -> None:
    as_of = NOW - timedelta(days=age)
    now, then = score_at(points, as_of, at=NOW), score_at(points, as_of, at=NOW + timedelta(days=later))
    assert 0 <= then <= now <= 100


def test_points_halve_in_a_month() -> None:
    assert score_at(40, NOW - HALF_LIFE, at=NOW) == pytest.approx(20)
    assert score_at(40, None, at=NOW) == 0
    assert [name_score(score) for score in (50, 5, 1)] == ["active", "cooling", "dormant"]


@pytest.mark.django_db
def test_the_order_of_arrival_does_not_matter(ada: Contact) -> None:
    seen = [_seen(ada, Sign.CLICK, 40), _seen(ada, Sign.PURCHASE, 10), _seen(ada, Sign.OPEN, 1)]
    scores = set()
    for order in permutations(seen):
        Contact.objects.filter(pk=ada.pk).update(engagement_points=0, engagement_at=None)
        for one in order:
            note_engagement([one])
        ada.refresh_from_db()
        scores.add(round(score_at(ada.engagement_points, ada.engagement_at, at=NOW), 6))
    Contact.objects.filter(pk=ada.pk).update(engagement_points=0, engagement_at=None)
    note_engagement(seen)
    ada.refresh_from_db()
    scores.add(round(score_at(ada.engagement_points, ada.engagement_at, at=NOW), 6))
    assert len(scores) == 1


@pytest.mark.django_db
def test_an_open_does_not_wake_anybody(ada: Contact) -> None:
    note_engagement([_seen(ada, Sign.OPEN, 1)])
    ada.refresh_from_db()
    assert ada.last_engaged_at is None
    note_engagement([_seen(ada, Sign.CLICK, 3), _seen(ada, Sign.OPEN, 2)])
    ada.refresh_from_db()
    assert ada.last_engaged_at == NOW - timedelta(days=3)
