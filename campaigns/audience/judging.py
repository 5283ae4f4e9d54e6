"""Who of an audience may be written to, and why not the others? One SELECT, with the rules of preferences.eligibility.

A property test holds it against the function that the gate asks. It is SQL so that a million people take seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from campaigns.audience.parts import Parts
from campaigns.segments.selection import Selection
from preferences.engagement import HALF_LIFE, HIGHEST
from preferences.models import Topic

#: Ids are positive, and this is the highest that the database knows.
HIGHEST_ID = 2**63 - 1

#: Whether `j.id` is in a stable share: the same people whenever it is asked. Given the campaign, and of ten thousand.
HOLDOUT = "('x' || substr(md5(%s || ':' || j.id), 1, 8))::bit(32)::bigint %% 10000 < %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Contacts above one id and up to another."""

    after: int = 0
    through: int = HIGHEST_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """About whom is asked, for mail of which topic, as of when; `most` asks about the most engaged ones only."""

    parts: Parts
    topic: Topic
    at: datetime
    span: Span = Span()
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...]


def judge(question: Question) -> Statement:
    """A SELECT of `id, reason, time_zone, locale, most_a_week, score`, one row a person; reason "" gets the mail."""
    without = question.parts.without
    chosen = _most_engaged(question) if question.most is not None else _union(question.parts.meant, question.span)
    excluded = _union(without, question.span) if without else Statement(sql="", parameters=())
    score = _score(question.at)
    at, topic = question.at, question.topic
    reason = _REASON.format(
        excluded="WHEN x.id IS NOT NULL THEN 'excluded' " if without else "", sunset=_sunset(),
        not_asked="" if topic.is_default_on else _NOT_ASKED,
    )  # fmt: skip
    joined = f" LEFT JOIN ({excluded.sql}) x ON x.id = c.id" if without else ""
    sql = (
        f"SELECT c.id, {reason} AS reason, c.time_zone, c.locale, c.most_a_week, {score.sql} AS score"
        f" FROM ({chosen.sql}) k JOIN preferences_contact c ON c.id = k.id AND c.id > %s AND c.id <= %s"
        f"{joined}{_AGAINST}"
    )
    sunset = (at - timedelta(days=_sunset_days()),) if _sunset_days() else ()
    # Said of each table, so that each is read by its index: the planner does not carry it from one to the other.
    span = (question.span.after, question.span.through)
    wishes = (topic.pk, topic.pk, topic.pk, *span)
    return Statement(
        sql=sql, parameters=(at, *sunset, *score.parameters, *chosen.parameters, *span, *excluded.parameters, *wishes)
    )


def count_named(question: Question) -> Statement:
    """How often people are named by the parts, all together: more than there are people where parts overlap."""
    parts = [_within(part, question.span) for part in question.parts.meant]
    return Statement(
        sql=f"SELECT count(*) FROM ({' UNION ALL '.join(one.sql for one in parts)}) n", parameters=_joined(parts)
    )


_REASON = (
    "CASE {excluded}WHEN c.erased_at IS NOT NULL OR c.address IS NULL THEN 'erased'"
    " WHEN sa.reason IS NOT NULL THEN 'suppressed_' || sa.reason"
    " WHEN sm.reason IS NOT NULL THEN 'suppressed_' || sm.reason"
    " WHEN c.is_unconfirmed THEN 'unconfirmed'"
    " WHEN c.paused_until > %s THEN 'paused'"
    " WHEN coalesce(w.tc, w.t, w.ch, w.al) = 'never' THEN CASE WHEN w.tc IS NOT NULL THEN 'topic_channel_off'"
    " WHEN w.t IS NOT NULL THEN 'topic_off' WHEN w.ch IS NOT NULL THEN 'channel_off' ELSE 'everything_off' END"
    " {not_asked}{sunset}ELSE '' END"
)
_NOT_ASKED = "WHEN coalesce(w.tc, w.t, w.ch, w.al) IS NULL THEN 'topic_not_asked_for' "
# One row of either scope at most is active; choices are unique by topic and channel.
_AGAINST = (
    " LEFT JOIN preferences_suppression sa ON sa.address_digest = c.address_digest AND sa.scope = 'all'"
    " AND sa.lifted_at IS NULL"
    " LEFT JOIN preferences_suppression sm ON sm.address_digest = c.address_digest AND sm.scope = 'marketing'"
    " AND sm.lifted_at IS NULL"
    " LEFT JOIN (SELECT h.contact_id,"
    " max(h.frequency) FILTER (WHERE h.topic_id = %s AND h.channel = 'email') AS tc,"
    " max(h.frequency) FILTER (WHERE h.topic_id = %s AND h.channel = '') AS t,"
    " max(h.frequency) FILTER (WHERE h.topic_id IS NULL AND h.channel = 'email') AS ch,"
    " max(h.frequency) FILTER (WHERE h.topic_id IS NULL AND h.channel = '') AS al"
    " FROM preferences_choice h WHERE h.type_key = '' AND h.channel IN ('', 'email')"
    " AND (h.topic_id IS NULL OR h.topic_id = %s) AND h.contact_id > %s AND h.contact_id <= %s"
    " GROUP BY h.contact_id) w ON w.contact_id = c.id"
)


def _sunset_days() -> int:
    days: int = settings.POSTRIDER_SUNSET_STOP_DAYS
    return days


def _sunset() -> str:
    return "WHEN greatest(c.created_at, c.last_engaged_at) < %s THEN 'sunset' " if _sunset_days() else ""


def _score(at: datetime) -> Statement:
    """As preferences.engagement.score_at."""
    sql = (
        f"CASE WHEN c.engagement_at IS NULL OR c.engagement_points <= 0 THEN 0 ELSE least({HIGHEST},"
        " c.engagement_points * power(0.5, least(300, greatest(0,"
        f" extract(epoch FROM %s - c.engagement_at) / {HALF_LIFE.total_seconds()})))) END"
    )
    return Statement(sql=sql, parameters=(at,))


def _most_engaged(question: Question) -> Statement:
    meant, score = _union(question.parts.meant, question.span), _score(question.at)
    sql = (
        f"SELECT c.id FROM ({meant.sql}) m JOIN preferences_contact c ON c.id = m.id"
        f" ORDER BY {score.sql} DESC, c.id LIMIT %s"
    )
    return Statement(sql=sql, parameters=(*meant.parameters, *score.parameters, question.most))


def _union(selections: Iterable[Selection], span: Span) -> Statement:
    """The ids of several selections, each once."""
    parts = [_within(one, span) for one in selections]
    return Statement(sql=" UNION ".join(one.sql for one in parts), parameters=_joined(parts))


def _within(selection: Selection, span: Span) -> Statement:
    return Statement(
        sql=f"SELECT p.id FROM ({selection.sql}) p WHERE p.id > %s AND p.id <= %s",
        parameters=(*selection.parameters, span.after, span.through),
    )


def _joined(parts: Iterable[Statement]) -> tuple[Any, ...]:
    return tuple(value for one in parts for value in one.parameters)
