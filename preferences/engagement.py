"""How engaged is a person? Points for what they do, which halve with time; kept on the contact as events come in.

A sum of decaying points does not depend on the order in which events arrive, so late reports and concurrent workers
come to the same score. Machines' opens and clicks never count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import connection

from config.arrays import int_array

HALF_LIFE = timedelta(days=30)
HIGHEST = 100.0


class Sign(Enum):
    """What shows engagement, and its points. An open is a weak sign: many are made by privacy proxies."""

    OPEN = 1.0
    CLICK = 10.0
    PURCHASE = 25.0

    @property
    def is_strong(self) -> bool:
        """Whether a person certainly did it, and so is not asleep."""
        return self is not Sign.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something that a contact did."""

    contact_id: int
    sign: Sign
    at: datetime


def score_at(points: float, as_of: datetime | None, *, at: datetime) -> float:
    """The score now, 0 to 100, of points that stood at `as_of`."""
    if as_of is None:
        return 0.0
    age: float = (at - as_of) / HALF_LIFE
    return float(min(HIGHEST, max(0.0, points) * 0.5 ** max(0.0, age)))


def name_score(score: float) -> str:
    """A score as people say it."""
    if score >= 20:
        return "active"
    return "cooling" if score >= 2 else "dormant"


def note_engagement(seen: list[Seen]) -> None:
    """Add what people did to their scores, in one statement; rows are taken in id order, as writers do."""
    if not seen:
        return
    newest = _newest(seen)
    points: dict[int, float] = dict.fromkeys(newest, 0.0)
    strong: dict[int, datetime] = {}
    for one in seen:
        points[one.contact_id] += one.sign.value * _decay(one.at, newest[one.contact_id])
        if one.sign.is_strong:
            strong[one.contact_id] = max(strong.get(one.contact_id, one.at), one.at)
    _write(points, newest, strong)


def _newest(seen: list[Seen]) -> dict[int, datetime]:
    newest: dict[int, datetime] = {}
    for one in seen:
        newest[one.contact_id] = max(newest.get(one.contact_id, one.at), one.at)
    return newest


def _decay(since: datetime, until: datetime) -> float:
    factor: float = 0.5 ** ((until - since) / HALF_LIFE)
    return factor


# Both sums are brought to the later of the two times before they are added.
_ADD = """
    WITH seen AS (SELECT * FROM unnest(%s::bigint[], %s::float8[], %s::timestamptz[], %s::timestamptz[])
                  AS v(id, points, at, strong)),
         held AS (SELECT c.id FROM preferences_contact c JOIN seen ON seen.id = c.id
                  ORDER BY c.id FOR NO KEY UPDATE OF c)
    UPDATE preferences_contact c SET
        engagement_points =
            c.engagement_points * power(0.5, greatest(0, extract(epoch FROM v.at - c.engagement_at)) / %s)
            + v.points * power(0.5, greatest(0, extract(epoch FROM c.engagement_at - v.at)) / %s),
        engagement_at = greatest(c.engagement_at, v.at),
        last_engaged_at = greatest(c.last_engaged_at, v.strong)
    FROM seen v JOIN held ON held.id = v.id WHERE c.id = v.id
"""


def _write(points: Mapping[int, float], newest: Mapping[int, datetime], strong: Mapping[int, datetime]) -> None:
    ids, half = sorted(points), HALF_LIFE.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            [
                int_array(ids), [points[one] for one in ids], [newest[one] for one in ids],
                [strong.get(one) for one in ids], half, half,
            ],
        )  # fmt: skip
