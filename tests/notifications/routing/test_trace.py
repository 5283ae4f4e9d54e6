"""Can anybody read why an event did, or didn't, become mail: in code, and at the command line?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from notifications.catalog import Throttle
from notifications.routing.models import DigestItem
from preferences import choices
from preferences.models import Choice, Contact, QuietHours
from preferences.quiet_hours import forget_rules
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.events import EventRefused, record_event
from tracking.models import Event, Message
from tracking.signals import withdrawal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("D4")]

Work = Callable[[], None]


def _raise(contact: Any, **more: Any) -> Event:
    return record_event("parcel.sent", contact=contact, payload={"number": "17"}, **more)


def _refused(**raised: Any) -> Event:
    with pytest.raises(EventRefused) as refusal:
        record_event(**{"name": "parcel.sent", "contact": "ada@example.com", "payload": {"number": "17"}, **raised})
    return refusal.value.event


def _codes(event: Event) -> list[tuple[str, str]]:
    return [(step.name, step.code) for step in event.explain()]


def _last(event: Event) -> tuple[str, str, str]:
    step = event.explain()[-1]
    return step.name, step.code, step.sentence


def test_a_mail_that_was_sent_has_every_step_and_the_tries(
    ada: Contact, providers: dict[str, Any], mailbox: Process, work: Work
) -> None:
    parcel_type()
    event = _raise(ada)
    work()
    told = _codes(event)
    assert told[:4] == [("validate", "ok"), ("idempotency", "no_key"), ("dedupe", "no_window"), ("recipients", "known")]
    assert [name for name, _ in told[4:11]] == [
        "recipients", "preference", "consent", "suppression", "throttle", "digest", "submit",
    ]  # fmt: skip
    assert ("delivery", "accepted") in told
    assert told[-1][0] == "standing"
    assert all(step.sentence.endswith(".") for step in event.explain())


@pytest.mark.parametrize(
    ("raised", "step", "code", "words"),
    [
        ({"name": "parcel.sentt"}, "validate", "refused", "did you mean 'parcel.sent'?"),
        ({"payload": {}}, "validate", "refused", "payload.number"),
        ({"contact": "nobody"}, "recipients", "unknown", "nobody"),
    ],
)
def test_a_refused_event_names_the_step_that_refused_it(
    db: None, raised: dict[str, Any], step: str, code: str, words: str
) -> None:
    parcel_type()
    name, told_code, sentence = _last(_refused(**raised))
    assert (name, told_code) == (step, code)
    assert words in sentence or words == "nobody"


def test_a_key_used_for_another_body_is_refused_at_idempotency(ada: Contact) -> None:
    parcel_type()
    record_event("parcel.sent", contact=ada, payload={"number": "1"}, key="k")
    event = _refused(contact=ada, payload={"number": "2"}, key="k")
    assert _codes(event) == [("validate", "ok"), ("idempotency", "key_reused")]


def test_a_replayed_event_says_so(ada: Contact) -> None:
    parcel_type()
    _raise(ada, key="k")
    assert ("idempotency", "replayed") in _codes(_raise(ada, key="k"))


def test_a_duplicate_names_the_event_that_it_repeats(ada: Contact) -> None:
    parcel_type(dedupe_window=timedelta(hours=1))
    first, second = _raise(ada), _raise(ada)
    assert _last(second)[:2] == ("dedupe", "duplicate")
    assert str(first.pk) in _last(second)[2]


def test_a_person_who_turned_it_off_is_named_as_the_reason(ada: Contact, work: Work) -> None:
    parcel_type(stream="notification")
    choices.choose(ada, Choice.Frequency.NEVER, type_key="parcel", channel="", source="test")
    event = _raise(ada)
    work()
    assert _last(event) == (
        "preference", "type_off", "It was not sent, because the person turned this kind of mail off.",
    )  # fmt: skip


def test_what_is_beyond_the_throttle_says_so(ada: Contact, work: Work) -> None:
    parcel_type(throttle=Throttle(most=1, within=timedelta(hours=1)), stream="notification")
    _raise(ada)
    event = record_event("parcel.sent", contact=ada, payload={"number": "18"})
    work()
    assert _last(event)[:2] == ("throttle", "throttled")


def test_quiet_hours_are_expected_and_then_kept(
    ada: Contact, providers: dict[str, Any], mailbox: Process, work: Work
) -> None:
    QuietHours.objects.create(name="Always", starts="00:00", ends="00:00")
    forget_rules()
    parcel_type(stream="notification")
    event = _raise(ada)
    work()
    told = _codes(event)
    assert ("quiet_hours", "expected") in told
    assert ("gate", "quiet_hours") in told
    assert told[-1] == ("standing", "quiet_hours")
    forget_rules()


def test_an_event_that_waits_is_not_decided_yet(ada: Contact) -> None:
    parcel_type()
    assert _last(_raise(ada))[:2] == ("types", "waiting")


def test_a_withdrawal_is_told_apart(ada: Contact, work: Work) -> None:
    parcel_type(delay=timedelta(hours=1))
    event = _raise(ada, key="k")
    [(_, taken_back)] = withdrawal.send(sender=None, name="parcel.sent", contact=ada, key="k")
    work()
    assert isinstance(taken_back, Event)
    assert _codes(taken_back) == [("validate", "withdrawal")]
    assert _last(event)[:2] == ("submit", "withdrawn")


def _trace(identifier: object, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("trace", str(identifier))
    return capsys.readouterr().out


def test_the_command_tells_the_story_of_an_event_and_of_its_mail(
    ada: Contact, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    parcel_type(stream="notification")
    choices.choose(ada, Choice.Frequency.NEVER, type_key="parcel", channel="", source="test")
    event = _raise(ada)
    work()
    told = _trace(event.pk, capsys)
    assert "parcel.sent for contact" in told
    assert "✗ preference   It was not sent, because the person turned this kind of mail off." in told
    assert "ada@example.com" not in told
    assert _trace(Message.objects.get().pk, capsys) == told


@pytest.mark.parametrize(
    ("given", "hint"), [("seventeen", "is no id"), ("01a20d24-7686-728f-91d6-4104ac61dd72", "has the id")]
)
def test_the_command_says_what_is_wrong_with_an_id(db: None, given: str, hint: str) -> None:
    with pytest.raises(CommandError, match=hint):
        call_command("trace", given)


def test_a_mail_without_an_event_is_said_to_have_none(ada: Contact) -> None:
    message = Message.objects.create(contact=ada, source="campaign:7", stream="marketing")
    with pytest.raises(CommandError, match="campaign:7"):
        call_command("trace", str(message.pk))


def test_an_event_that_waits_in_a_digest_says_until_when(ada: Contact, work: Work) -> None:
    parcel_type(stream="notification", digest_template="parcel")
    choices.choose(ada, Choice.Frequency.DAILY, type_key="parcel", channel="", source="test")
    event = _raise(ada)
    work()
    assert _codes(event)[-2:] == [("digest", "daily"), ("standing", "open")]
    assert "gathered until" in _last(event)[2]


def test_an_event_taken_back_leaves_its_digest_and_says_so(ada: Contact, work: Work) -> None:
    parcel_type(stream="notification", digest_template="parcel")
    choices.choose(ada, Choice.Frequency.DAILY, type_key="parcel", channel="", source="test")
    event = _raise(ada, key="k")
    work()
    withdrawal.send(sender=None, name="parcel.sent", contact=ada, key="k")
    work()
    event.refresh_from_db()
    assert _last(event)[:2] == ("types", "withdrawn")
    assert not DigestItem.objects.exists()


def test_an_event_ended_by_another_leaves_its_digest_and_says_so(ada: Contact, work: Work) -> None:
    parcel_type(stream="notification", digest_template="parcel", cancelled_by=("parcel.sent",))
    choices.choose(ada, Choice.Frequency.DAILY, type_key="parcel", channel="", source="test")
    first, second = _raise(ada), _raise(ada)
    work()
    assert _last(first)[:2] == ("submit", "event")
    assert _last(first)[2] == "It was not sent, because the event parcel.sent made it pointless."
    assert DigestItem.objects.get().event_id == second.pk
