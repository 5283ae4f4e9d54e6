"""Does a call to Mailjet that succeeds in part, or is answered strangely, tell the truth about each mail?"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from notifications.delivery.failures import Kind
from notifications.delivery.mail import Parcel
from notifications.delivery.models import Attempt, Provider
from notifications.delivery.providers import kind_of
from notifications.delivery.providers.mailjet.failures import judge_item
from tests.accounts import only
from tests.odd_answers import NONSENSE, answer, listen_as, make_sender, stored_parcel
from tests.simulator.listener import Listener
from tests.simulator.process import LOGIN, Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.receipts import Report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("V6")]


@pytest.fixture
def mailjet(providers: dict[str, Provider]) -> Provider:
    parcel_type(stream="marketing")
    return only(providers, "mailjet")


@pytest.fixture
def send(mailjet: Provider, work: Callable[[], None]) -> Callable[[int], None]:
    return make_sender(work)


@pytest.fixture
def odd(mailjet: Provider, send: Callable[[int], None], listener: Listener) -> Parcel:
    """A parcel for two that goes to the listener."""
    send(2)
    listen_as(mailjet, listener, path="v3.1/")
    return stored_parcel()


def test_plain_values_share_one_call(send: Callable[[int], None], mailbox: Process) -> None:
    send(60)
    assert sorted(one["position"] for one in mailbox.accepts()) == sorted([*range(50), *range(10)])
    assert {mail["subject"] for mail in mailbox.mails()} == {"Parcel 17"}


def test_static_content_is_sent_once(odd: Parcel, mailjet: Provider, listener: Listener) -> None:
    kind_of(mailjet).send(odd)
    call = json.loads(listener.received[0].body)
    assert call["Globals"]["TemplateLanguage"] is True
    assert call["Globals"]["HTMLPart"]
    assert all("HTMLPart" not in one and one["Variables"] and one["CustomID"] for one in call["Messages"])


def test_a_refused_message_does_not_hide_that_others_were_accepted(
    send: Callable[[int], None], mailbox: Process
) -> None:
    mailbox.control("PUT", "faults", [{"kind": "partial_refusal", "match": "person2@*"}])
    send(4)
    states = dict(Message.objects.values_list("contact__address", "state"))
    assert states.pop("person2@example.com") == "failed"
    assert set(states.values()) == {"sent"}
    assert len(mailbox.accepts()) == 3
    assert Attempt.objects.get(kind="permanent_recipient").code == "mj-0013"


def test_an_unreadable_answer_says_nothing(odd: Parcel, mailjet: Provider, listener: Listener) -> None:
    unreadable = [*NONSENSE, b'{"Messages": [{"Status": "succ', b'{"Messages": ["x", "y"]}']
    for status, body in itertools.product((200, 400, 403), unreadable):
        if status > 200 and body == b"{}":
            continue  # that is JSON, and without a word of messages
        answer(listener, status, body)
        assert {verdict.kind for verdict in kind_of(mailjet).send(odd)} == {Kind.AMBIGUOUS}, (status, body)


def test_fewer_results_than_messages_prove_those_they_name(odd: Parcel, mailjet: Provider, listener: Listener) -> None:
    answer(listener, 200, {"Messages": [_success("person1@example.com")]})
    by_address = _verdicts(odd, mailjet)
    assert by_address == {"person0@example.com": Kind.AMBIGUOUS, "person1@example.com": Kind.ACCEPTED}


def test_results_in_another_order_prove_nothing(odd: Parcel, mailjet: Provider, listener: Listener) -> None:
    answer(listener, 200, {"Messages": [_success(member.address) for member in reversed(odd.members)]})
    assert set(_verdicts(odd, mailjet).values()) == {Kind.AMBIGUOUS}


WHOLE_CALL = [
    (401, {"ErrorCode": "mj-0015", "StatusCode": 401}, Kind.CREDENTIALS_REFUSED),
    (401, {"ErrorCode": "mj-0001", "StatusCode": 401}, Kind.PROVIDER_WIDE),
    (400, {"ErrorCode": "mj-0002", "StatusCode": 400}, Kind.PERMANENT_MESSAGE),
    (429, {"ErrorMessage": "Too many requests", "StatusCode": 429}, Kind.TRANSIENT),
    (500, {"ErrorIdentifier": "x", "StatusCode": 500}, Kind.AMBIGUOUS),
]


def test_an_error_of_the_whole_call_is_everybodys(odd: Parcel, mailjet: Provider, listener: Listener) -> None:
    for status, body, kind in WHOLE_CALL:
        answer(listener, status, body)
        assert set(_verdicts(odd, mailjet).values()) == {kind}, body


ITEMS = [
    ("send-0008", 403, Kind.PROVIDER_WIDE),
    ("mj-0013", 400, Kind.PERMANENT_RECIPIENT),
    ("send-0003", 400, Kind.PERMANENT_MESSAGE),
    ("never-heard-of", 400, Kind.PERMANENT_MESSAGE),
    ("never-heard-of", 500, Kind.AMBIGUOUS),
]


def test_errors_of_one_message() -> None:
    assert [judge_item(code, status) for code, status, _ in ITEMS] == [kind for *_, kind in ITEMS]


BOUNCES: list[tuple[dict[str, Any], str]] = [
    ({"event": "bounce", "hard_bounce": True, "error_related_to": "recipient", "error": "user unknown"}, "bounced"),
    ({"event": "bounce", "hard_bounce": True, "comment": "550 5.7.1 blocked"}, "soft_bounced"),
    ({"event": "bounce", "hard_bounce": True, "error_related_to": "spam"}, "soft_bounced"),
    ({"event": "bounce", "hard_bounce": False, "error_related_to": "recipient"}, "soft_bounced"),
    ({"event": "blocked", "error_related_to": "mailjet", "error": "preblocked"}, "rejected"),
]


def test_bounces_are_told_apart(mailjet: Provider) -> None:
    common = {"time": 1_700_000_000, "email": "ada@example.com", "MessageID": 1}
    reports = _read(mailjet, [{**common, **raw} for raw, _ in BOUNCES])
    assert [report.kind for report in reports] == [kind for _, kind in BOUNCES]


def test_grouped_events_are_all_read(mailjet: Provider) -> None:
    events = [{"event": name, "time": 1_700_000_000, "email": "ada@example.com"} for name in ("sent", "spam", "unsub")]
    reports = _read(mailjet, events)
    assert [report.kind for report in reports] == ["delivered", "complained", "unsubscribed"]
    assert len({report.event_key for report in reports}) == 3


def _success(address: str) -> dict[str, Any]:
    return {"Status": "success", "To": [{"Email": address, "MessageID": 7, "MessageUUID": "x"}]}


def _verdicts(parcel: Parcel, provider: Provider) -> dict[str, Kind]:
    verdicts = kind_of(provider).send(parcel)
    return {member.address: verdict.kind for member, verdict in zip(parcel.members, verdicts, strict=True)}


def _read(provider: Provider, events: list[dict[str, Any]]) -> list[Report]:
    request = RequestFactory().post(
        "/", data=json.dumps(events), content_type="application/json", headers={"authorization": _login()}
    )
    return kind_of(provider).read_webhook(provider, request)


def _login() -> str:
    return "Basic " + base64.b64encode(LOGIN.encode()).decode()
