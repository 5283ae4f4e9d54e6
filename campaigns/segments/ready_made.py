"""With which segments does everybody begin? Seven to start from; once made they are segments like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from campaigns.models import Segment
from campaigns.segments.conditions.payloads import fields_of
from campaigns.segments.known import Known
from tracking.schemas import find_schema

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """One to start from; `rule` is made for what is known here, and None where it cannot be."""

    key: str
    name: str
    description: str
    rule: Callable[[Known], Json | None]


def _all(*rules: Json) -> Json:
    return {"version": 1, "root": {"type": "group", "match": "all", "rules": list(rules)}}


def _moment(field: str, test: str, days: int) -> Json:
    return {"type": "contact_moment", "field": field, "test_is": test, "days": days}


def _active(known: Known) -> Json:
    return _all({"type": "engagement", "levels": ["active"]})


def _inactive(known: Known) -> Json:
    return _all(
        {"type": "engagement", "levels": ["dormant"]},
        _moment("last_engaged_at", "not_in_last", 90),
        _moment("created_at", "not_in_last", 90),
    )


def _trial(known: Known) -> Json | None:
    plan = known.attributes.get("plan")
    if plan is None or plan.kind != "text":
        return None
    return _all({"type": "text_attribute", "key": "plan", "test_is": "is", "values": ["trial"]})


def _churn_risk(known: Known) -> Json:
    """Was with us with pleasure, and is going quiet."""
    return _all(
        {"type": "engagement", "levels": ["cooling"]},
        _moment("last_engaged_at", "not_in_last", 30),
        {"type": "contact_moment", "field": "last_engaged_at", "test_is": "ever"},
    )


def _new(known: Known) -> Json:
    return _all(_moment("created_at", "in_last", 30))


def _vip(known: Known) -> Json | None:
    """Who spends most, by the first purchase event that says its total."""
    for name in sorted(settings.POSTRIDER_PURCHASE_EVENTS):
        schema = find_schema(name)
        if schema and fields_of(schema).get("total") == "number":
            year = {"kind": "last", "amount": 365, "unit": "days"}
            amount = {"test_is": "at_least", "number": 250}
            return _all({"type": "event_sum", "name": name, "field": "total", "amount": amount, "window": year})
    return _all({"type": "score", "test_is": "at_least", "number": 75})


def _never_engaged(known: Known) -> Json:
    return _all(
        {"type": "contact_moment", "field": "last_engaged_at", "test_is": "never"},
        {"type": "contact_moment", "field": "last_opened_at", "test_is": "never"},
        _moment("created_at", "not_in_last", 30),
    )


READY_MADE = (
    ReadyMade(key="active", name="Active", description="Clicked or bought lately.", rule=_active),
    ReadyMade(key="inactive", name="Inactive", description="Nothing for three months.", rule=_inactive),
    ReadyMade(key="trial", name="On trial", description="Whose plan is a trial.", rule=_trial),
    ReadyMade(key="churn-risk", name="Churn risk", description="Were active, and are going quiet.", rule=_churn_risk),
    ReadyMade(key="new", name="New", description="Came in the last 30 days.", rule=_new),
    ReadyMade(key="vip", name="VIP", description="Spent most in the last year.", rule=_vip),
    ReadyMade(
        key="never-engaged", name="Never engaged", description="With us for a month, and never opened or clicked.",
        rule=_never_engaged,
    ),
)  # fmt: skip


def missing_ready_made(known: Known) -> list[tuple[ReadyMade, Json]]:
    """Those that can be made here and are not there by name, with their rules."""
    taken = {one.name for one in known.segments.values()}
    rules = [(one, one.rule(known)) for one in READY_MADE if one.name not in taken]
    return [(one, rule) for one, rule in rules if rule is not None]


def make_ready_made() -> list[Segment]:
    """Make them; one that is there by name, however it was changed, is left alone."""
    return Segment.objects.bulk_create(
        [Segment(name=one.name, description=one.description, rule=rule) for one, rule in missing_ready_made(Known())],
        ignore_conflicts=True,
    )
