"""Can any combination of facts let a suppressed or departed person through?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from config.queues import STREAMS
from preferences.eligibility import REASONS, Ask, may_send
from preferences.facts import Facts
from preferences.models import Suppression

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

_SUBJECTS = [("", ""), ("offer", ""), ("", "news"), ("other", ""), ("", "else")]

facts = some.builds(
    Facts,
    contact_id=some.just(1),
    address=some.none() | some.just("ada@example.com"),
    is_tracking_allowed=some.booleans(),
    paused_until=some.none() | some.timedeltas(timedelta(days=-3), timedelta(days=3)).map(lambda wait: NOW + wait),
    is_erased=some.booleans(),
    is_unconfirmed=some.booleans(),
    engaged_since=some.none() | some.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
    suppressions=some.dictionaries(
        some.sampled_from(["all", "marketing"]),
        some.sampled_from(Suppression.Reason.values),
    ),
    choices=some.dictionaries(
        some.sampled_from([(kind, topic, channel) for kind, topic in _SUBJECTS for channel in ("", "email", "sms")]),
        some.sampled_from(["immediate", "daily", "weekly", "never"]),
    ),
)
asks = some.builds(
    Ask,
    stream=some.sampled_from(STREAMS),
    type_key=some.sampled_from(["", "offer"]),
    topic_key=some.sampled_from(["", "news"]),
    is_topic_default_on=some.booleans(),
    is_required=some.booleans(),
)


@given(facts, asks)
def test_every_answer_has_a_known_reason(known: Facts, ask: Ask) -> None:
    decision = may_send(known, ask, at=NOW)
    assert decision.reason in REASONS
    assert decision.allowed == (decision.reason == "allowed")


@given(facts, asks)
def test_the_suppressed_and_the_erased_get_nothing(known: Facts, ask: Ask) -> None:
    if known.is_erased or known.address is None or "all" in known.suppressions:
        assert not may_send(known, ask, at=NOW).allowed


@given(facts, asks)
def test_marketing_respects_every_no(known: Facts, ask: Ask) -> None:
    of_type = [known.choices.get((ask.type_key, "", channel)) for channel in ("email", "")]
    no_to_type = ask.type_key and next((wish for wish in of_type if wish), "") == "never"
    if ask.stream == "marketing" and not ask.is_required and (no_to_type or "marketing" in known.suppressions):
        assert not may_send(known, ask, at=NOW).allowed


@given(facts, asks)
def test_asked_for_mail_is_not_stopped_by_preferences(known: Facts, ask: Ask) -> None:
    free = not known.suppressions and not known.is_erased and known.address
    if free and ask.stream in {"critical", "transactional"}:
        assert may_send(known, ask, at=NOW).allowed
