"""Is planning a pure function: the same answer each time, one reason for each refusal, and never past a refusal?"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from notifications.catalog import NotificationType, Throttle
from notifications.catalog.registry import forgetting_new_types
from notifications.routing.steps import Case, walk
from notifications.routing.topics import TopicRule
from preferences.eligibility import may_send
from preferences.facts import Facts
from tests.properties.test_eligibility import NOW, facts
from tests.types import Parcel
from tracking.models import Event

pytestmark = [pytest.mark.req("D4")]


with forgetting_new_types():

    class _Offer(NotificationType):
        key = "offer"
        stream = "marketing"
        topic = "news"
        event = "planning.tried"
        payload = Parcel
        template = "offer"
        channels = ("email", "sms")
        throttle = Throttle(most=3, within=timedelta(hours=1))
        expires_after = timedelta(hours=2)


def _case(known: Facts, topic_on: bool, sent: int, minutes: int, channel: str, *, is_withdrawn: bool) -> Case:
    event = Event(
        id=UUID(int=1), name="planning.tried", contact_id=1, state=Event.State.ACCEPTED,
        received_at=NOW - timedelta(minutes=minutes),
    )  # fmt: skip
    return Case(
        event=event, kind=_Offer, channel=channel, facts=known, topic=TopicRule(topic_on), at=NOW,
        version_id=UUID(int=2), address=(known.phone if channel == "sms" else known.address) or "",
        sent_lately=sent, is_withdrawn=is_withdrawn,
    )  # fmt: skip


cases = some.builds(
    _case, facts, some.booleans(), some.integers(0, 5), some.integers(0, 240), some.sampled_from(["email", "sms"]),
    is_withdrawn=some.booleans(),
)  # fmt: skip


@given(cases)
def test_the_same_case_is_always_decided_alike(case: Case) -> None:
    assert walk(case) == walk(case)


@given(cases)
def test_only_the_last_step_stops(case: Case) -> None:
    steps = walk(case)
    assert not any(step.is_stop for step in steps[:-1])
    assert len({step.name for step in steps}) == len(steps)


@given(cases)
def test_nothing_is_submitted_that_the_rules_forbid(case: Case) -> None:
    if not may_send(case.facts, case.ask, at=case.at).allowed:
        assert walk(case)[-1].is_stop


@given(cases)
def test_what_the_rules_allow_is_stopped_by_routings_own_reasons_only(case: Case) -> None:
    last = walk(case)[-1]
    if last.is_stop and may_send(case.facts, case.ask, at=case.at).allowed:
        assert last.code in {"no_phone", "throttled", "withdrawn", "expired"}
