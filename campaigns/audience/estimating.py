"""How many would get it now, and who are those who would not? Counted as freezing would write it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.audience.judging import HOLDOUT, Question, count_named, judge
from campaigns.audience.parts import BadAudience, read_audience, select_parts
from campaigns.audience.reasons import STEPS
from campaigns.models import Campaign
from campaigns.segments.running import TooSlow, limited
from preferences.caps import ROLLING, Cap, load_caps
from preferences.models import Contact

GETS = "gets"
SAMPLE = 25
#: Somebody waits at a page for it.
SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One bar of the waterfall: what a step takes away, and how many are left after it."""

    key: str
    label: str
    taken: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """People by reason ("" gets it), how often somebody was named in one more part, and how many caps may stop."""

    counts: Mapping[str, int] = field(default_factory=dict)
    named_twice: int = 0
    capped: int = 0

    @property
    def selected(self) -> int:
        """Everybody who is meant, each once, also those who are taken out again."""
        return sum(self.counts.values())

    @property
    def gets(self) -> int:
        """How many would get it."""
        return self.counts.get("", 0)

    @property
    def levels(self) -> list[Level]:
        """The waterfall; steps that take nobody are left out."""
        return list(_levels(self.counts, self.selected))


def _levels(counts: Mapping[str, int], left: int) -> Sequence[Level]:
    found = []
    for step in STEPS:
        taken = sum(count for reason, count in counts.items() if reason and step.takes(reason))
        left -= taken
        if taken:
            found.append(Level(key=step.key, label=step.label, taken=taken, left=left))
    return found


def read_estimate(stored: Mapping[str, Any]) -> Estimate:
    """What `estimate` stored."""
    return Estimate(
        counts=stored.get("counts", {}), named_twice=stored.get("named_twice", 0), capped=stored.get("capped", 0)
    )


def estimate(campaign: Campaign, *, at: datetime) -> Estimate:
    """Count now, and keep it with the campaign. Needs a topic; raises BadAudience. Seconds for a million people."""
    question = _question(campaign, at=at)
    judged, named = judge(question), count_named(question)
    caps = _capped_sql(campaign, at=at)
    sql = (
        f"SELECT CASE WHEN k.reason <> '' THEN k.reason WHEN k.is_held THEN 'holdout' ELSE '' END, count(*),"
        f" count(*) FILTER (WHERE k.reason = '' AND NOT k.is_held AND ({caps[0]})) FROM"
        f" (SELECT j.*, {HOLDOUT} AS is_held FROM ({judged.sql}) j) k GROUP BY 1"
    )
    try:
        with limited(SECONDS) as cursor:
            cursor.execute(sql, [*caps[1], str(campaign.pk), campaign.holdout_percent * 100, *judged.parameters])
            rows = cursor.fetchall()
            cursor.execute(named.sql, named.parameters)
            number = cursor.fetchone()[0]
    except TooSlow as error:
        raise BadAudience(str(error)) from error
    counts = {reason: count for reason, count, _capped in rows}
    stored = {
        "counts": counts, "capped": sum(row[2] for row in rows), "named_twice": max(0, number - sum(counts.values())),
    }  # fmt: skip
    Campaign.objects.filter(pk=campaign.pk).update(estimate=stored, estimated_at=at)
    return read_estimate(stored)


def sample_people(campaign: Campaign, step_key: str, *, at: datetime) -> list[Contact]:
    """Some of those whom a step takes away, or (`GETS`) who would get it."""
    judged = judge(_question(campaign, at=at))
    wanted = next((step for step in STEPS if step.key == step_key), None)
    condition = f"(CASE WHEN j.reason <> '' THEN j.reason WHEN {HOLDOUT} THEN 'holdout' ELSE '' END)"
    match = "= ''" if wanted is None else "LIKE %s" if wanted.prefix else "= ANY(%s)"
    given: list[Any] = [] if wanted is None else [wanted.prefix + "%"] if wanted.prefix else [list(wanted.reasons)]
    sql = f"SELECT j.id FROM ({judged.sql}) j WHERE {condition} {match} LIMIT {SAMPLE}"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*judged.parameters, str(campaign.pk), campaign.holdout_percent * 100, *given])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Contact.objects.filter(pk__in=ids).order_by("pk"))


def _question(campaign: Campaign, *, at: datetime) -> Question:
    assert campaign.topic is not None
    return Question(parts=select_parts(read_audience(campaign.audience), at=at), topic=campaign.topic, at=at)


def _capped_sql(campaign: Campaign, *, at: datetime) -> tuple[str, list[Any]]:
    """Whether a person's caps are used up, roughly: periods of the calendar are taken for rolling ones."""
    assert campaign.topic is not None
    counting = [cap for cap in load_caps() if cap.counts(campaign.stream, campaign.topic.key)]
    parts, values = ["false"], []
    for cap in counting:
        parts.append(f"{_USES} AND u.stream = ANY(%s) AND (%s = '' OR u.topic_key = %s)) >= %s")
        values += [at - ROLLING[cap.period], sorted(cap.streams), cap.topic_key, cap.topic_key, cap.most]
    own = Cap(streams=frozenset(), most=0, period="week")
    parts.append(f"k.most_a_week IS NOT NULL AND {_USES}) >= k.most_a_week")
    return " OR ".join(parts), [*values, at - ROLLING[own.period]]


_USES = "(SELECT count(*) FROM preferences_capuse u WHERE u.contact_id = k.id AND u.used_at > %s"
