"""Do Anymail's real webhook views believe the simulator, and only the simulator?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from anymail.message import AnymailMessage
from anymail.signals import tracking
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostTrackingWebhookView
from django.core.exceptions import SuspiciousOperation
from django.test import RequestFactory

from tests.simulator.process import BASIC_AUTH, KEYS, configure, wait_for

pytestmark = pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")

VIEWS = {
    "mailgun": (MailgunTrackingWebhookView, "webhook_signing_key"),
    "postmark": (PostmarkTrackingWebhookView, "basic_auth"),
    "resend": (ResendTrackingWebhookView, "signing_secret"),
    "sendgrid": (SendGridTrackingWebhookView, "tracking_webhook_verification_key"),
    "sparkpost": (SparkPostTrackingWebhookView, "basic_auth"),
    "ses": (AmazonSESTrackingWebhookView, "basic_auth"),
    "brevo": (BrevoTrackingWebhookView, "basic_auth"),
    "mailjet": (MailjetTrackingWebhookView, "basic_auth"),
}


@pytest.fixture(params=sorted(KEYS))
def provider(request):
    return request.param


@pytest.fixture
def accounts(simulator, listener):
    found = configure(simulator, listener.url + "/hook")
    return {account["provider"]: account for account in found}


@dataclass
class Post:
    """One provider, seen from both ends: what is sent, and what Anymail makes of the webhooks."""

    provider: str
    account: dict[str, Any]
    backend: Any

    def send(self, *to):
        if self.provider == "ses":
            return [self._send_single(one) for one in to][-1]
        message = AnymailMessage("Hi", "hello", "shop@example.com", to, merge_data={})
        message.attach_alternative('<a href="https://example.com/x">go</a>', "text/html")
        message.merge_metadata = {one: {"message_id": f"m-{one}"} for one in to}
        message.tags = ["news"]
        self.backend.send_messages([message])
        return message.anymail_status

    def _send_single(self, to):
        message = AnymailMessage("Hi", "hello", "shop@example.com", [to], metadata={"message_id": f"m-{to}"})
        message.attach_alternative('<a href="https://example.com/x">go</a>', "text/html")
        message.tags = ["news"]
        self.backend.send_messages([message])
        return message.anymail_status

    def see(self, *received, account=None, body=None):
        """The events that Anymail makes of received webhooks."""
        return [
            event for one in received for event in _see(self.provider, account or self.account, one, body or one.body)
        ]


@pytest.fixture
def post(provider, accounts, make_backend):
    return Post(provider, accounts[provider], make_backend(provider))


def _see(provider, account, received, body):
    view, key_name = VIEWS[provider]
    options = {key_name: account["webhook_verification_key"]}
    if provider in BASIC_AUTH:  # otherwise the password comes from the settings
        view = type("View", (view,), {"warn_if_no_basic_auth": False})
        options = {"basic_auth": [account["webhook_key"]]}
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in received.headers.items()}
    request = RequestFactory().post("/hook", data=body, content_type="application/json", **headers)
    seen = []

    def take(sender, event, esp_name, **kwargs):
        seen.append(event)

    tracking.connect(take)
    try:
        assert view.as_view(**options)(request).status_code == 200
    finally:
        tracking.disconnect(take)
    return seen


def deliver(simulator):
    number = simulator.accepts()[0]["number"]
    simulator.control("POST", "act", {"accept": number, "action": "deliver"})


ACTIONS = {
    "delivered": "deliver",
    "deferred": "defer",
    "bounced": "bounce",
    "opened": "open",
    "clicked": "click",
    "complained": "complain",
    "unsubscribed": "unsubscribe",
}


@pytest.mark.parametrize("kind", ACTIONS)
def test_each_kind_of_event_is_understood(kind, post, simulator, listener):
    status = post.send("ada@example.com")
    (accept,) = simulator.accepts()
    wish = {"accept": accept["number"], "action": ACTIONS[kind], "by": "provider"}
    done = simulator.control("POST", "act", wish)["done"]
    if (post.provider, kind) in {("resend", "unsubscribed"), ("ses", "unsubscribed")}:
        assert not done
        return
    (event,) = post.see(*listener.wait())
    known = "unknown" if (post.provider, kind) == ("ses", "deferred") else kind  # Anymail does not know SES's delays
    assert (event.event_type, event.recipient) == (known, "ada@example.com")
    assert event.metadata["message_id"] == "m-ada@example.com"
    assert event.message_id == status.recipients["ada@example.com"].message_id
    assert event.tags == ["news"]
    assert abs(event.timestamp.timestamp() - accept["at"]) < 5
    if kind == "clicked":
        assert event.click_url == "https://example.com/x"


def test_a_soft_bounce_can_be_told_from_a_hard_one(post, simulator, listener):
    post.send("ada@example.com")
    number = simulator.accepts()[0]["number"]
    for action in ("bounce", "soft-bounce"):
        simulator.control("POST", "act", {"accept": number, "action": action})
    hard, soft = sorted((one.body for one in listener.wait(2)), key=lambda body: b"4.2.2" in body)
    assert b"5.1.1" in hard
    assert b"4.2.2" in soft


def test_a_changed_byte_is_noticed(post, simulator, listener):
    if post.provider in BASIC_AUTH:
        pytest.skip("nothing is signed there; the password is the proof")
    post.send("ada@example.com")
    deliver(simulator)
    (received,) = listener.wait()
    changed = received.body.replace(b'"timestamp": "1', b'"timestamp": "2')
    if changed == received.body:
        changed = received.body.replace(b"ada@", b"eve@")
    assert changed != received.body
    with pytest.raises(SuspiciousOperation):
        post.see(received, body=changed)


def test_another_key_is_noticed(post, simulator, listener):
    post.send("ada@example.com")
    deliver(simulator)
    (received,) = listener.wait()
    (fresh,) = simulator.control("PUT", "accounts", [{"provider": post.provider, "api_key": "other"}])
    other = {"webhook_verification_key": fresh["webhook_verification_key"], "webhook_key": "postman:other"}
    with pytest.raises(SuspiciousOperation):
        post.see(received, account=other)


def test_basic_authentication_comes_from_the_address_too(post, simulator, listener):
    url = listener.url.replace("://", "://user:word@") + "/hook"
    account = {"provider": post.provider, "api_key": KEYS[post.provider], "webhook_url": url}
    simulator.control("PUT", "accounts", [account])
    post.send("ada@example.com")
    deliver(simulator)
    (received,) = listener.wait()
    headers = {name.lower(): value for name, value in received.headers.items()}
    assert headers["authorization"] == "Basic dXNlcjp3b3Jk"


def test_a_batchs_events_all_come(post, simulator, listener):
    simulator.control("PUT", "script", {"delivered": 1})
    people = [f"p{n}@example.com" for n in range(50)]
    post.send(*people)
    wait_until_idle(simulator)
    events = post.see(*listener.received)
    assert sorted(event.recipient for event in events) == sorted(people)
    assert {event.metadata["message_id"] for event in events} == {f"m-{one}" for one in people}
    if post.provider == "sendgrid":
        assert len(listener.received) < 50


def wait_until_idle(simulator):
    def is_idle():
        found = simulator.control("GET", "webhooks")
        return found["waiting"] == found["planned"] == 0

    wait_for(is_idle)


def test_a_failing_receiver_is_tried_again_with_the_same_event(post, simulator, listener):
    listener.status = 503
    post.send("ada@example.com")
    deliver(simulator)
    listener.wait(2)
    listener.status = 200
    wait_for(lambda: simulator.control("GET", "webhooks")["sent"] == 1)
    assert len({one.body for one in listener.received}) == 1
    assert len({event.event_id for event in post.see(*listener.received)}) == 1


def test_retries_are_bounded(post, simulator, listener):
    listener.status = 500
    post.send("ada@example.com")
    deliver(simulator)
    log = wait_for(lambda: (found := simulator.control("GET", "webhooks"))["given_up"] and found)
    assert (log["failed"], log["sent"], log["waiting"]) == (3, 0, 0)


def test_webhooks_can_be_held_back_and_sent_again(post, simulator, listener):
    simulator.control("PUT", "webhooks", {"paused": True})
    post.send("ada@example.com", "ben@example.com")
    for accept in simulator.accepts():
        simulator.control("POST", "act", {"accept": accept["number"], "action": "deliver"})
    assert simulator.control("GET", "webhooks")["waiting"] == 2
    assert listener.received == []
    simulator.control("PUT", "webhooks", {"paused": False})
    wait_for(lambda: simulator.control("GET", "webhooks")["sent"] == 2)
    wish = {"last": 2, "times": 10, "shuffle": True}
    assert simulator.control("POST", "webhooks/resend", wish) == {"queued": 20}
    listener.wait(22)
    assert len({one.body for one in listener.received}) == 2


@pytest.mark.parametrize(
    ("address", "kinds"),
    [
        ("bounce+17@example.com", ["bounced"]),
        ("defer@example.com", ["deferred", "delivered"]),
        ("complain@example.com", ["delivered", "complained"]),
        ("silent@example.com", []),
    ],
)
def test_magic_addresses_need_no_script(address, kinds, post, simulator, listener):
    simulator.control("PUT", "script", {})
    post.send(address)
    post.send("ada@example.com")
    wait_until_idle(simulator)
    events = post.see(*listener.received)
    if post.provider == "ses":
        kinds = [kind.replace("deferred", "unknown") for kind in kinds]  # to Anymail
    seen = [event.event_type for event in events if event.recipient == address]
    assert sorted(seen) == sorted(kinds)  # webhooks on several lines overtake each other


def test_rules_and_odds(post, simulator, listener):
    script = {
        "delivered": 1,
        "opened": {"odds": 0.5, "after_ms": [1, 5]},
        "by": {"opened": "provider"},
        "rules": [{"match": "*@gone.example", "events": ["soft_bounced"]}],
    }
    simulator.control("PUT", "script", script)
    post.send("x@gone.example", *[f"p{n}@example.com" for n in range(40)])
    wait_until_idle(simulator)
    events = post.see(*listener.received)
    told = {(event.recipient, event.event_type) for event in events}  # a slow listener may be told twice
    kinds = [kind for recipient, kind in told if recipient != "x@gone.example"]
    assert {kind for recipient, kind in told if recipient == "x@gone.example"} == {"bounced"}
    assert kinds.count("delivered") == 40
    assert 4 < kinds.count("opened") < 36
