"""Do faults come as asked for, and does the journal tell the truth about each?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailRequestsAPIError
from anymail.message import AnymailMessage

from tests.simulator.process import KEYS, call

pytestmark = pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")


@dataclass
class Sender:
    provider: str
    backend: Any

    def __call__(self, *to):
        message = AnymailMessage("Hi", "hello", "shop@example.com", to or ["ada@example.com"], merge_data={})
        message.attach_alternative("<p>hello</p>", "text/html")
        self.backend.send_messages([message])
        return message.anymail_status


@pytest.fixture(params=sorted(set(KEYS) - {"ses"}))  # whose backend is boto3's; see test_ses.py
def send(request, make_backend):
    backend = make_backend(request.param)
    backend.timeout = 0.5
    return Sender(request.param, backend)


def put(simulator, **fault):
    simulator.control("PUT", "faults", [fault])


def test_statuses_come_in_the_apis_own_shape(send, simulator):
    for status in (429, 500, 503):
        put(simulator, kind="status", status=status, retry_after=7)
        with pytest.raises(AnymailRequestsAPIError) as error:
            send()
        assert error.value.status_code == status
        assert error.value.response.headers["retry-after"] == "7"
        assert error.value.response.json()
    assert simulator.accepts() == []


def test_a_reset_before_the_accept_leaves_nothing(send, simulator):
    put(simulator, kind="reset_before_accept")
    with pytest.raises(AnymailAPIError, match="Connection"):
        send()
    assert simulator.accepts() == []


def test_a_reset_after_the_accept_leaves_a_mail(send, simulator):
    put(simulator, kind="reset_after_accept")
    with pytest.raises(AnymailAPIError, match="Connection"):
        send()
    assert len(simulator.accepts()) == 1


def test_a_hang_ends_with_the_callers_patience(send, simulator):
    put(simulator, kind="hang")
    with pytest.raises(AnymailAPIError, match="timed out"):
        send()
    assert simulator.accepts() == []


def test_a_hang_can_follow_the_accept(send, simulator):
    put(simulator, kind="hang_after_accept", seconds=0.05)
    with pytest.raises(AnymailAPIError, match="Connection"):
        send()
    assert len(simulator.accepts()) == 1


def test_latency_only_delays(send, simulator):
    put(simulator, kind="latency", seconds=0.2)
    begin = time.monotonic()
    send()
    assert time.monotonic() - begin > 0.2
    assert len(simulator.accepts()) == 1


def test_broken_json_follows_an_accept(send, simulator):
    put(simulator, kind="broken_json")
    if send.provider == "sendgrid":  # whose answers nobody reads
        send()
    else:
        with pytest.raises(AnymailAPIError, match="JSON"):
            send()
    assert len(simulator.accepts()) == 1


def test_a_partial_refusal_is_worded_as_each_api_can(send, simulator):
    put(simulator, kind="partial_refusal", match="ben@*")
    if send.provider == "sparkpost":
        status = send("ada@example.com", "ben@example.com")
        assert status.recipients["ben@example.com"].status == "unknown"  # Anymail does not look who it was
        assert [one["recipient"] for one in simulator.accepts()] == ["ada@example.com"]
    elif send.provider in ("postmark", "mailjet"):
        status = send("ada@example.com", "ben@example.com")
        assert status.recipients["ben@example.com"].status in ("rejected", "failed")
        assert [one["recipient"] for one in simulator.accepts()] == ["ada@example.com"]
    else:
        with pytest.raises(AnymailRequestsAPIError):
            send("ada@example.com", "ben@example.com")
        assert simulator.accepts() == []


def test_a_fault_is_limited_to_provider_and_count(send, simulator):
    simulator.control("PUT", "faults", [{"kind": "5xx", "provider": send.provider, "count": 1}])
    with pytest.raises(AnymailRequestsAPIError):
        send()
    send()
    assert simulator.control("GET", "faults")[0]["used"] == 1


def test_luck_is_repeatable(simulator):
    def draw():
        put(simulator, kind="status", status=503, odds=0.5)
        url = f"{simulator.url}/postmark/email"
        body = {"From": "a@example.com", "To": "b@example.com", "TextBody": "x"}
        headers = {"X-Postmark-Server-Token": KEYS["postmark"]}
        return [requests.post(url, json=body, headers=headers, timeout=5).status_code for _ in range(20)]

    first = draw()
    assert set(first) == {200, 503}
    assert draw() == first


@pytest.mark.parametrize(
    "rules", [{}, [3], [{"kind": "nonsense"}], [{"kind": "429", "odd": 1}], [{"kind": "429", "count": "1"}]]
)
def test_a_senseless_rule_is_refused(rules, simulator):
    status, answer = call("PUT", f"{simulator.url}/control/faults", rules)
    assert status == 400
    assert answer["error"]
