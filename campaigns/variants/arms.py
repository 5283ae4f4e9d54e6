"""What did each variant of a test bring so far? Counted from the log, of those who took part; each person once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from campaigns.experiments.arms import Arm
from campaigns.experiments.winner import Goal
from campaigns.models import Campaign
from campaigns.variants.plan import variants_of

_COUNTS = ("opened", "clicked", "unsubscribed", "complained")
# Those count who got it: handed over, and not returned. Not every account reports what was delivered.
_GOT = "m.sent_at IS NOT NULL AND m.bounced_at IS NULL"
_MAILS = (
    "FROM campaigns_campaignrecipient r JOIN tracking_message m ON m.source = %(source)s AND m.type_key = ''"
    " AND m.contact_id = r.contact_id AND m.channel = 'email' AND m.part = ''"
    " WHERE r.campaign_id = %(campaign)s AND r.variant <> '' AND r.skip_reason = '' AND NOT r.is_held_out"
)
_REACTIONS = (
    f"SELECT r.variant, count(*) FILTER (WHERE {_GOT}), count(*) FILTER (WHERE m.bounced_at IS NOT NULL),"
    + ",".join(f" count(*) FILTER (WHERE {_GOT} AND m.{one}_at IS NOT NULL)" for one in _COUNTS)
    + f" {_MAILS} GROUP BY 1"
)
# One row a person and currency, then one a variant and currency.
_PURCHASES = (
    "SELECT variant, currency, count(*) FILTER (WHERE bought > 0), sum(spent), sum(spent * spent) FROM ("
    " SELECT r.variant, r.contact_id, c.currency, count(*) FILTER (WHERE c.refunds = '') AS bought,"
    " sum(c.amount)::float8 AS spent"
    f" {_MAILS.replace(' WHERE', ' JOIN tracking_conversion c ON c.message_id = m.id WHERE', 1)} AND {_GOT}"
    " GROUP BY 1, 2, 3) p GROUP BY 1, 2"
)
_CONVERTED = (
    f"SELECT r.variant, count(*) {_MAILS} AND {_GOT} AND EXISTS (SELECT FROM tracking_conversion c"
    " WHERE c.message_id = m.id AND c.refunds = '') GROUP BY 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFigures:
    """The people of a variant who got it, what they did, and what they spent in one currency (minor units)."""

    key: str
    got: int = 0
    bounced: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    complained: int = 0
    converted: int = 0
    currency: str = ""
    buyers: int = 0
    spent: float = 0.0
    squares: float = 0.0

    def by(self, metric: str) -> Arm:
        """As the decision looks at it."""
        if metric == Campaign.Metric.REVENUE:
            return Arm(key=self.key, people=self.got, acted=self.buyers, total=self.spent, squares=self.squares)
        return Arm(
            key=self.key, people=self.got,
            acted=self.clicked if metric == Campaign.Metric.CLICKS else self.converted,
        )  # fmt: skip


def goal_of(metric: str) -> Goal:
    """How a metric is compared."""
    return Goal.REVENUE if metric == Campaign.Metric.REVENUE else Goal.RATE


@transaction.atomic
def count_arms(campaign: Campaign) -> list[ArmFigures]:
    """One for each variant, in their order."""
    given = {"campaign": campaign.pk, "source": campaign.source}
    with connection.cursor() as cursor:
        # Of a table that has just grown the planner knows little, takes the test for a few rows, and would look
        # through all its mails once for each person.
        cursor.execute("SET LOCAL enable_nestloop = off")
        reactions = {row[0]: row[1:] for row in _query(cursor, _REACTIONS, given)}
        converted = {row[0]: row[1] for row in _query(cursor, _CONVERTED, given)}
        purchases = _query(cursor, _PURCHASES, given)
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
    currency = _main_currency(purchases)
    spent = {row[0]: row[2:] for row in purchases if row[1] == currency}
    return [
        _arm(one.key, reactions.get(one.key), converted.get(one.key, 0), currency, spent.get(one.key))
        for one in variants_of(campaign)
    ]


def _arm(
    key: str, reactions: Sequence[Any] | None, converted: int, currency: str, spent: Sequence[Any] | None
) -> ArmFigures:
    counts = dict(zip(("got", "bounced", *_COUNTS), reactions or (), strict=False))
    buyers, total, squares = spent or (0, 0.0, 0.0)
    return ArmFigures(
        key=key, converted=converted, currency=currency, buyers=buyers, spent=total, squares=squares, **counts
    )


def _main_currency(purchases: Iterable[Sequence[Any]]) -> str:
    """The one that most buyers of all variants together paid in: amounts of two currencies cannot be added."""
    buyers: Counter[str] = Counter()
    for _variant, currency, number, *_sums in purchases:
        if currency:
            buyers[currency] += number
    return max(buyers, key=lambda one: (buyers[one], one), default="")


def _query(cursor: Any, sql: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(sql, given)
    return list(cursor.fetchall())
