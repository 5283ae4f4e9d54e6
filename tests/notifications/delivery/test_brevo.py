"""Is a repeated call to Brevo harmless, does text in its template language pass, and are odd answers seen through?"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory

from config import clock
from notifications.compose.render import Values
from notifications.delivery.failures import Kind
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.models import Provider
from notifications.delivery.providers import kind_of
from notifications.delivery.providers.brevo.braces import protect
from notifications.delivery.providers.brevo.sending import split
from tests.accounts import only
from tests.odd_answers import NONSENSE, answer, listen_as, make_sender, stored_parcel
from tests.simulator.listener import Listener
from tests.simulator.process import LOGIN, Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.receipts import Report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("V7")]


@pytest.fixture
def brevo(providers: dict[str, Provider]) -> Provider:
    parcel_type(stream="marketing")
    return only(providers, "brevo")


@pytest.fixture
def send(brevo: Provider, work: Callable[[], None]) -> Callable[[int], None]:
    return make_sender(work)


@pytest.fixture
def odd(brevo: Provider, send: Callable[[int], None], listener: Listener) -> Parcel:
    """A parcel for two that goes to the listener."""
    send(2)
    listen_as(brevo, listener)
    return stored_parcel()


@pytest.mark.parametrize("fault", ["reset_after_accept", "broken_json", "reset_before_accept"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_repeat_settles_what_was_uncertain(
    fault: str, count: int, send: Callable[[int], None], mailbox: Process, work: Callable[[], None]
) -> None:
    mailbox.control("PUT", "faults", [{"kind": fault, "count": 1}])
    send(count)
    with clock.shifted(timedelta(minutes=2)):
        work()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    ids = {one["message_id"]: one["provider_message_id"] for one in mailbox.accepts()}
    assert len(mailbox.accepts()) == len(ids) == count
    assert {str(one.pk): one.provider_message_id for one in Message.objects.all()} == ids


def test_a_repeat_that_cannot_be_looked_up_stays_uncertain(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    answer(listener, 400, {"code": "duplicate_parameter", "message": "…"})
    assert {verdict.kind for verdict in kind_of(brevo).send(odd)} == {Kind.AMBIGUOUS}


def test_static_content_is_sent_once(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    kind_of(brevo).send(odd)
    call = json.loads(listener.received[0].body)
    assert call["htmlContent"].startswith("{% autoescape off %}")
    assert call["headers"]["idempotencyKey"]
    for version in call["messageVersions"]:
        assert "htmlContent" not in version
        assert version["headers"]["List-Unsubscribe"].startswith("<http")


def test_the_same_call_has_the_same_bytes(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    kind_of(brevo).send(odd)
    kind_of(brevo).send(odd)
    assert listener.received[0].body == listener.received[1].body


def test_pool_settings_reach_the_call(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    kind_of(brevo).send(replace(odd, ip_pool="192.0.2.7", tag="news"))
    call = json.loads(listener.received[0].body)
    assert call["headers"]["sender.ip"] == "192.0.2.7"
    assert call["tags"] == [str(odd.call_id), "news"]


CONTRADICTIONS = [{"messageIds": ["<1@x>"]}, {"messageIds": ["<1@x>"] * 3}, {"messageId": "<1@x>"}, {"messageIds": 2}]


def test_an_answer_that_contradicts_the_call_proves_nothing(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    for body in (*NONSENSE, *CONTRADICTIONS):
        answer(listener, 201, body)
        assert {verdict.kind for verdict in kind_of(brevo).send(odd)} == {Kind.AMBIGUOUS}, body


def test_a_single_mail_without_an_id_is_uncertain(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    single = replace(odd, members=odd.members[:1])
    for body in (*NONSENSE, {"messageId": None}):
        answer(listener, 201, body)
        assert [verdict.kind for verdict in kind_of(brevo).send(single)] == [Kind.AMBIGUOUS], body


REFUSALS = [
    (400, "invalid_parameter", Kind.PERMANENT_MESSAGE),
    (400, "not_enough_credits", Kind.PROVIDER_WIDE),
    (401, "unauthorized", Kind.CREDENTIALS_REFUSED),
    (402, "not_enough_credits", Kind.PROVIDER_WIDE),
    (403, "permission_denied", Kind.PROVIDER_WIDE),
    (429, "too_many_requests", Kind.TRANSIENT),
    (500, "internal_server_error", Kind.AMBIGUOUS),
]


def test_what_a_refusal_means(odd: Parcel, brevo: Provider, listener: Listener) -> None:
    for status, code, kind in REFUSALS:
        answer(listener, status, {"code": code, "message": "…"})
        assert {verdict.kind for verdict in kind_of(brevo).send(odd)} == {kind}, code


def test_large_values_are_spread_over_calls_and_larger_ones_go_alone(odd: Parcel) -> None:
    sizes = [95_000, *[60_000] * 20, 95_000, *[60_000] * 20]
    many = replace(odd, members=tuple(_member(odd, size) for size in sizes))
    parts = [part.members for part in split(many)]
    assert [len(part) for part in parts] == [14, 14, 12, 1, 1]
    assert {member for part in parts for member in part} == set(many.members)
    assert [part.members for part in split(many)] == parts


def test_each_part_has_a_key_of_its_own_and_everybody_a_verdict(
    odd: Parcel, brevo: Provider, listener: Listener
) -> None:
    answer(listener, 201, {"messageId": "<1@x>"})
    verdicts = kind_of(brevo).send(replace(odd, members=(_member(odd, 95_000), _member(odd, 95_000))))
    assert [verdict.kind for verdict in verdicts] == [Kind.ACCEPTED] * 2
    assert len({json.loads(one.body)["headers"]["idempotencyKey"] for one in listener.received}) == 2


PROTECTED = [
    ("a { color: red } }} %}", "a { color: red } }} %}"),
    ("{{ x }}", "M{ x }}"),
    ("{% raw %}{# c #}", "M% raw %}M# c #}"),
    ("{{{x", "MM{x"),
    ("ends in {", "ends in M"),
]


def test_only_braces_that_open_syntax_are_replaced() -> None:
    assert [protect(text, "M") for text, _ in PROTECTED] == [expected for _, expected in PROTECTED]


EVENTS = [
    ("hard_bounce", "bounced", ""),
    ("soft_bounce", "soft_bounced", ""),
    ("invalid_email", "bounced", ""),
    ("blocked", "rejected", ""),
    ("proxy_open", "opened", "provider_says_proxy"),
    ("unique_proxy_open", "opened", "provider_says_proxy"),
    ("unique_opened", "opened", ""),
    ("unsubscribed", "unsubscribed", ""),
]


def test_events_are_told_apart(brevo: Provider) -> None:
    for name, kind, machine in EVENTS:
        [report] = _read(brevo, {"event": name, "email": "ada@example.com", "ts_epoch": 1_700_000_000_000})
        assert (report.kind, report.machine_reason) == (kind, machine), name


def _member(parcel: Parcel, size: int) -> Member:
    """Somebody whose values are that large."""
    regions = ("x" * size, *parcel.members[0].values.regions[1:])
    return replace(parcel.members[0], message_id=uuid4(), values=Values(regions=regions, targets=()))


def _read(provider: Provider, content: dict[str, Any]) -> list[Report]:
    login = "Basic " + base64.b64encode(LOGIN.encode()).decode()
    request = RequestFactory().post(
        "/", data=json.dumps(content), content_type="application/json", headers={"authorization": login}
    )
    return kind_of(provider).read_webhook(provider, request)
