"""What is special about SparkPost: its template language, its keys, and answers that count rather than name."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config import clock
from notifications.delivery.failures import Kind, judge_exception
from notifications.delivery.mail import Parcel, read_parcel
from notifications.delivery.models import Attempt, Call, Provider
from notifications.delivery.providers.sparkpost import KIND
from notifications.delivery.providers.sparkpost.braces import VALUES, protect
from notifications.delivery.providers.sparkpost.payload import Backend
from notifications.delivery.providers.sparkpost.webhooks import _says_machine
from notifications.simulator.providers.sparkpost.template import render
from preferences.models import Contact
from tests.accounts import only
from tests.people import make_contacts
from tests.simulator.process import LOGIN, Process
from tests.types import parcel_type
from tracking.models import Message, WebhookReceipt
from tracking.signals import event

database = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]


@pytest.fixture
def sparkpost(providers: dict[str, Provider]) -> Provider:
    return only(providers, "sparkpost")


def send(*people: Contact | str) -> None:
    for person in people:
        event.send(sender=None, name="parcel.sent", contact=person, payload={"number": "17"})


def transmission(parcel: Parcel) -> dict[str, Any]:
    """What would be posted."""
    backend = Backend(api_key="x")
    payload = backend.build_message_payload(KIND.build(parcel), {})
    call: dict[str, Any] = json.loads(payload.serialize_data())
    return call


@given(st.lists(st.text(alphabet='{}a \n"é'), min_size=1, max_size=5))
def test_static_text_between_marks_arrives_as_it_was_written(parts: list[str]) -> None:
    """However braces lie beside each other and beside the marks."""
    marked = "{{{value}}}".join(protect(part) for part in parts)
    assert render(marked, {**VALUES, "value": "{{x}}"}, is_html=True) == "{{x}}".join(parts)


def test_ordinary_styles_are_left_as_they_are() -> None:
    assert protect("p{color:red} a{}b") != protect("p{color:red} a b") == "p{color:red} a b"


@pytest.mark.parametrize("count", [1, 3])
def test_pool_and_tag_go_along(
    count: int, sparkpost: Provider, work: Callable[[], None], new_types: None, transactional_db: None
) -> None:
    sparkpost.memberships.update(ip_pool="warm", tag="shop")
    parcel_type(stream="marketing")
    send(*make_contacts(count))
    work()
    call = transmission(read_parcel(Call.objects.get()))
    assert call["options"]["ip_pool"] == "warm"
    assert call["campaign_id"] == "shop"
    assert call["options"]["transactional"] is True
    assert call["options"].get("perform_substitutions", True) is (count > 1)


class TestRepeats:
    pytestmark = [*database, pytest.mark.req("V4")]

    @pytest.mark.parametrize("fault", ["502", "reset_after_accept", "broken_json"])
    def test_an_uncertain_answer_is_asked_again_with_the_same_key(
        self, fault: str, sparkpost: Provider, mailbox: Process, work: Callable[[], None]
    ) -> None:
        parcel_type(stream="marketing")
        mailbox.control("PUT", "faults", [{"kind": fault, "count": 1}])
        send(*make_contacts(3))
        work()
        assert set(Message.objects.values_list("state", flat=True)) == {"unknown"}
        with clock.shifted(timedelta(minutes=2)):
            work()
        assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
        assert len(mailbox.accepts()) == 3

    def test_not_accepted_is_tried_again_without_doubt(
        self, sparkpost: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
    ) -> None:
        parcel_type()
        mailbox.control("PUT", "faults", [{"kind": "500", "count": 1}])
        send(ada)
        work()
        assert Message.objects.get().state == "retrying"

    def test_a_rejected_recipient_does_not_hold_back_the_batch(
        self, sparkpost: Provider, mailbox: Process, work: Callable[[], None]
    ) -> None:
        parcel_type(stream="marketing")
        mailbox.control("PUT", "faults", [{"kind": "partial_refusal", "match": "person2@*"}])
        send(*make_contacts(5))
        work()
        states = dict(Message.objects.values_list("contact__address", "state"))
        assert states.pop("person2@example.com") == "failed"
        assert set(states.values()) == {"sent"}


ANSWERS = [
    ({"total_accepted_recipients": 3, "total_rejected_recipients": 0}, Kind.ACCEPTED),
    ({"total_accepted_recipients": 0, "total_rejected_recipients": 3}, Kind.PERMANENT_RECIPIENT),
    ({"total_accepted_recipients": 2, "total_rejected_recipients": 1}, Kind.AMBIGUOUS),  # and nobody is named
    ({"total_accepted_recipients": 7, "total_rejected_recipients": 0}, Kind.AMBIGUOUS),
    ({"total_accepted_recipients": 0, "total_rejected_recipients": 0}, Kind.AMBIGUOUS),
    ({"total_accepted_recipients": "3", "total_rejected_recipients": None}, Kind.AMBIGUOUS),
    ({}, Kind.AMBIGUOUS),
    ([], Kind.AMBIGUOUS),
]


@pytest.mark.parametrize(("results", "kind"), ANSWERS)
def test_answers_that_lie_about_counts_prove_nothing(
    results: Any, kind: Kind, sparkpost: Provider, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch,
    new_types: None, transactional_db: None,
) -> None:  # fmt: skip
    answer = requests.Response()
    answer.status_code = 200
    if isinstance(results, dict) and results:
        results = {**results, "id": "1"}
    answer._content = json.dumps({"results": results}).encode()
    monkeypatch.setattr(requests.Session, "request", lambda *args, **kwargs: answer)
    parcel_type(stream="marketing")
    send(*make_contacts(3))
    work()
    assert set(Attempt.objects.values_list("kind", flat=True)) == {kind}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"errors": [{"code": "7001", "message": "Invalid domain"}]}, Kind.PROVIDER_WIDE),
        (400, {"errors": [{"code": "1602"}]}, Kind.PERMANENT_MESSAGE),
        (409, {"errors": [{"code": "1601"}]}, Kind.AMBIGUOUS),
        (420, {"errors": [{"code": "2102"}]}, Kind.PROVIDER_WIDE),
        (504, "<html>", Kind.AMBIGUOUS),
        (400, {"errors": []}, Kind.PERMANENT_MESSAGE),
        (400, [], Kind.PERMANENT_MESSAGE),
    ],
)
def test_each_refusal_is_known(status: int, body: Any, kind: Kind) -> None:
    from anymail.exceptions import AnymailRequestsAPIError

    response = requests.Response()
    response.status_code, response._content = status, json.dumps(body).encode()
    error = AnymailRequestsAPIError(response=response)
    assert judge_exception(error, KIND.failures, provider_code=KIND.error_code(error)).kind == kind


def test_a_prefetched_open_is_a_machines() -> None:
    event = {"type": "open", "user_agent_parsed": {"is_prefetched": True}}
    assert _says_machine({"msys": {"track_event": event}}) == "provider_says_prefetched"
    assert _says_machine({"msys": {"track_event": {"type": "open"}}}) == ""


@pytest.mark.django_db
@pytest.mark.req("K1")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([{"msys": {}}], 200),  # SparkPost tries the address out
        ([{"msys": {"relay_message": {"protocol": "smtp"}}}], 400),
        ([{"msys": {"message_event": {}}}], 400),
        ([{"msys": {"message_event": {"type": "bounce"}, "track_event": {"type": "open"}}}], 400),
        ([{"other": 1}], 400),
        ([], 400),
    ],
)
def test_strange_batches_are_not_reports(body: Any, status: int, sparkpost: Provider, client: Client) -> None:
    login = "Basic " + base64.b64encode(LOGIN.encode()).decode()
    path = f"/webhooks/sparkpost/{sparkpost.webhook_key}/"
    answer = client.post(path, json.dumps(body), content_type="application/json", headers={"Authorization": login})
    assert answer.status_code == status
    assert not WebhookReceipt.objects.exists()
