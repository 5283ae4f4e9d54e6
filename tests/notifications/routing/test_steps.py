"""What does each step of routing decide, and which one answers for a refusal?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from notifications.catalog import NotificationType, Stream, Throttle
from notifications.routing.steps import Case, step_of, walk
from notifications.routing.topics import TopicRule
from notifications.routing.words import REASONS as OWN
from notifications.routing.words import SENTENCES
from preferences.eligibility import REASONS
from preferences.facts import Facts
from tests.types import Parcel
from tracking.models import Event
from tracking.steps import Step

pytestmark = [pytest.mark.req("D4"), pytest.mark.usefixtures("new_types")]

NOW = datetime(2026, 11, 24, 23, tzinfo=UTC)
ADA = Facts(
    contact_id=1, address="ada@example.com", is_tracking_allowed=True, paused_until=None, is_erased=False,
    engaged_since=NOW,
)  # fmt: skip


def _case(facts: Facts = ADA, *, channel: str = "email", **fields: Any) -> Case:
    declared = {
        "key": "offer", "stream": Stream.MARKETING, "topic": "news", "event": "parcel.sent", "payload": Parcel,
        "template": "offer", **fields.pop("kind", {}),
    }  # fmt: skip
    kind = type("Offer", (NotificationType,), declared)
    event = Event(name="parcel.sent", contact_id=1, state=Event.State.ACCEPTED, received_at=NOW)
    given = {
        "address": {"sms": facts.phone}.get(channel, facts.address) or "",
        "topic": TopicRule(True),
        "version_id": UUID(int=7),
        "at": NOW,
        **fields,
    }
    return Case(event=event, kind=kind, channel=channel, facts=facts, **given)


def _end(case: Case) -> tuple[str, str]:
    last = walk(case)[-1]
    return last.name, last.coded


def test_what_nothing_stands_against_takes_every_step() -> None:
    assert [(step.name, step.code) for step in walk(_case())] == [
        ("recipients", "ok"), ("preference", "ok"), ("consent", "ok"), ("suppression", "ok"), ("throttle", "ok"),
        ("digest", "at_once"), ("submit", "ok"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({"is_erased": True}, ("recipients", "erased")),
        ({"address": None}, ("recipients", "erased")),
        ({"paused_until": NOW + timedelta(days=1)}, ("preference", "paused")),
        ({"choices": {("offer", "", ""): "never"}}, ("preference", "type_off")),
        ({"choices": {("", "news", ""): "never"}}, ("preference", "topic_off")),
        ({"choices": {("", "", ""): "never"}}, ("preference", "everything_off")),
        ({"is_unconfirmed": True}, ("consent", "unconfirmed")),
        ({"engaged_since": NOW - timedelta(days=365)}, ("consent", "sunset")),
        ({"suppressions": {"all": "hard_bounce"}}, ("suppression", "suppressed_hard_bounce")),
        ({"suppressions": {"marketing": "complaint"}}, ("suppression", "suppressed_complaint")),
    ],
)
def test_a_person_is_refused_at_the_step_whose_matter_it_is(facts: dict[str, Any], end: tuple[str, str]) -> None:
    assert _end(_case(replace(ADA, **facts))) == end


def test_a_suppression_hides_no_wish_of_the_person() -> None:
    both = replace(ADA, suppressions={"all": "manual"}, choices={("offer", "", ""): "never"})
    assert _end(_case(both)) == ("preference", "type_off")


def test_a_topic_that_is_off_by_default_needs_consent() -> None:
    assert _end(_case(topic=TopicRule(False))) == ("consent", "topic_not_asked_for")


def test_a_text_message_needs_a_number() -> None:
    asking = replace(ADA, choices={("offer", "", "sms"): "immediate"})
    case = _case(asking, channel="sms", kind={"channels": ("email", "sms")})
    assert _end(case) == ("recipients", "no_phone")
    assert _end(replace(case, address="+4915112345678")) == ("submit", "ok")


def test_a_throttle_stops_what_comes_beyond_it() -> None:
    limited = {"throttle": Throttle(most=2, within=timedelta(hours=1))}
    assert _end(_case(kind=limited, sent_lately=1)) == ("submit", "ok")
    assert _end(_case(kind=limited, sent_lately=2)) == ("throttle", "throttled:2")


def test_what_is_withdrawn_late_or_unpublished_is_not_submitted() -> None:
    assert _end(_case(is_withdrawn=True)) == ("submit", "withdrawn")
    assert _end(_case(version_id=None)) == ("submit", "unknown_template")
    late = {"expires_after": timedelta(hours=1)}
    assert _end(_case(kind=late, at=NOW + timedelta(hours=1))) == ("submit", "expired")


def test_quiet_hours_are_only_expected() -> None:
    sleeping = replace(ADA, quiet_from=time(22), quiet_until=time(7), time_zone="UTC")
    assert _end(_case(sleeping)) == ("quiet_hours", "expected:2026-11-25T07:00+00:00")
    urgent = _case(sleeping, kind={"stream": Stream.CRITICAL, "topic": ""})
    assert _end(urgent) == ("submit", "ok")


def test_used_up_caps_are_only_expected() -> None:
    full = _case(beyond_caps=NOW + timedelta(days=2), kind={"beyond_cap": "drop"})
    assert _end(full) == ("caps", "expected_drop")
    assert not walk(full)[-1].is_stop


def test_every_refusal_of_the_rules_belongs_to_a_step_and_has_words() -> None:
    for reason in REASONS:
        assert step_of(reason) in {"recipients", "preference", "consent", "suppression"}
    for code in ("unknown_template", "expired", "withdrawn", "no_phone", "no_address", "throttled"):
        assert OWN[code]
    passing = [
        Step(name=name, code="ok") for name in ("recipients", "preference", "consent", "suppression", "throttle")
    ]
    assert all((step.name, step.code) in SENTENCES for step in passing)
