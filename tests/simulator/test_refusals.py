"""Is what the real APIs refuse refused here, in each API's own words?"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from anymail.exceptions import AnymailRequestsAPIError
from anymail.message import AnymailMessage

from tests.simulator.process import KEYS, call

pytestmark = pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")

GOOD: dict[str, dict[str, Any]] = {
    "sendgrid": {
        "from": {"email": "shop@example.com"},
        "subject": "Hi",
        "personalizations": [{"to": [{"email": "ada@example.com"}]}],
        "content": [{"type": "text/plain", "value": "hello"}],
    },
    "postmark": {"From": "shop@example.com", "To": "ada@example.com", "Subject": "Hi", "TextBody": "hello"},
    "resend": {"from": "shop@example.com", "to": ["ada@example.com"], "subject": "Hi", "text": "hello"},
    "mailgun": {"from": "shop@example.com", "to": "ada@example.com", "subject": "Hi", "text": "hello"},
}
PATHS = {
    "sendgrid": "sendgrid/v3/mail/send",
    "postmark": "postmark/email",
    "resend": "resend/emails",
    "mailgun": "mailgun/v3/example.com/messages",
}


def login(provider: str, key: str) -> dict[str, str]:
    if provider == "mailgun":
        coded = base64.b64encode(f"api:{key}".encode()).decode()
        return {"Authorization": f"Basic {coded}", "Content-Type": "application/x-www-form-urlencoded"}
    if provider == "postmark":
        return {"X-Postmark-Server-Token": key, "Content-Type": "application/json"}
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


@pytest.fixture
def send(simulator):
    def send(provider, *, path="", key=None, body=None, more_headers=None, **changes):
        content = body if body is not None else {**GOOD[provider], **changes}
        if isinstance(content, dict | list):
            is_form = provider == "mailgun"
            content = (urlencode(content, doseq=True) if is_form else json.dumps(content)).encode()
        url = f"{simulator.url}/{path or PATHS[provider]}"
        login_headers = login(provider, KEYS[provider] if key is None else key)
        return call("POST", url, content, **login_headers, **(more_headers or {}))

    return send


UNKNOWN_KEY = {
    "mailgun": (401, "Forbidden"),
    "sendgrid": (401, {"errors": [{"message": "The provided authorization grant is invalid, expired, or revoked"}]}),
    "postmark": (401, {"ErrorCode": 10}),
    "resend": (403, {"name": "invalid_api_key", "statusCode": 403}),
}


def is_within(small, large):
    """Every value of `small` is in `large`, however deep."""
    if isinstance(small, dict):
        return all(key in large and is_within(value, large[key]) for key, value in small.items())
    if isinstance(small, list):
        return len(small) == len(large) and all(map(is_within, small, large))
    return small == large


@pytest.mark.parametrize("provider", KEYS)
def test_an_unknown_key_is_refused(provider, send, simulator):
    status, answer = send(provider, key="wrong")
    wanted_status, wanted = UNKNOWN_KEY[provider]
    assert status == wanted_status
    assert is_within(wanted, answer)
    assert simulator.accepts() == []


@pytest.mark.parametrize("provider", KEYS)
def test_a_good_call_is_taken(provider, send, simulator):
    assert send(provider)[0] in (200, 202)
    assert len(simulator.accepts()) == 1


BAD_CALLS = [
    ("mailgun", {"to": ""}, 400, {"message": "to parameter is missing"}),
    ("mailgun", {"from": ""}, 400, {"message": "from parameter is missing"}),
    ("mailgun", {"to": "nobody"}, 400, {"message": "to parameter is not a valid address. please check documentation"}),
    ("mailgun", {"recipient-variables": "{"}, 400, {"message": "recipient-variables parameter is not a valid JSON"}),
    ("sendgrid", {"personalizations": []}, 400, {"errors": [{"field": "personalizations"}]}),
    ("sendgrid", {"from": {"email": "x"}}, 400, {"errors": [{"field": "from.email"}]}),
    ("sendgrid", {"subject": ""}, 400, {"errors": [{"field": "subject"}]}),
    ("sendgrid", {"content": []}, 400, {"errors": [{"field": "content"}]}),
    ("sendgrid", {"headers": {"To": "x"}}, 400, {"errors": [{"field": "headers.To"}]}),
    (
        "sendgrid",
        {"personalizations": [{"to": [{"email": "a@b.c"}]}, {"to": [{"email": "A@b.c"}]}]},
        400,
        {"errors": [{"field": "personalizations.1.to.0.email"}]},
    ),
    (
        "sendgrid",
        {"personalizations": [{"to": [{"email": "a@b.c"}], "substitutions": {"-x-": "y" * 10_000}}]},
        400,
        {"errors": [{"field": "personalizations.0.substitutions"}]},
    ),
    ("postmark", {"To": ""}, 422, {"ErrorCode": 300, "Message": "Zero recipients specified"}),
    ("postmark", {"TextBody": ""}, 422, {"ErrorCode": 300}),
    ("postmark", {"From": "x"}, 422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}),
    ("postmark", {"Metadata": {"k" * 21: "v"}}, 422, {"ErrorCode": 300}),
    ("resend", {"to": []}, 422, {"name": "missing_required_field", "message": "Missing `to` field."}),
    ("resend", {"to": ["nobody"]}, 422, {"name": "validation_error"}),
    ("resend", {"to": [f"p{n}@example.com" for n in range(51)]}, 422, {"name": "validation_error"}),
    ("resend", {"headers": {"X": "a\r\nBcc: x@y.z"}}, 422, {"name": "validation_error"}),
]


@pytest.mark.parametrize("case", BAD_CALLS, ids=lambda case: f"{case[0]}-{next(iter(case[1]))}")
def test_a_malformed_call_is_refused(case, send, simulator):
    provider, changes, status, answer = case
    found = send(provider, **changes)
    assert found[0] == status
    assert is_within(answer, found[1])
    assert simulator.accepts() == []


@pytest.mark.parametrize("provider", ["sendgrid", "postmark", "resend"])
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1]", b'"x"', b'{"personalizations": 3, "to": 4, "To": {}}'])
def test_nonsense_is_refused_and_never_a_server_error(provider, body, send):
    assert 400 <= send(provider, body=body)[0] < 500


TOO_MANY: dict[str, tuple[str, Any]] = {
    "mailgun": ("", {**GOOD["mailgun"], "to": [f"p{n}@example.com" for n in range(1001)]}),
    "sendgrid": (
        "",
        {**GOOD["sendgrid"], "personalizations": [{"to": [{"email": f"p{n}@example.com"}]} for n in range(1001)]},
    ),
    "postmark": ("postmark/email/batch", [GOOD["postmark"]] * 501),
    "resend": ("resend/emails/batch", [GOOD["resend"]] * 101),
}


@pytest.mark.parametrize("provider", KEYS)
def test_more_recipients_than_documented_are_refused(provider, send, simulator):
    path, body = TOO_MANY[provider]
    assert send(provider, path=path, body=body)[0] in (400, 422)
    assert simulator.accepts() == []


def test_a_call_that_is_too_large_is_refused(send):
    status, answer = send("mailgun", html="x" * (26 * 1024 * 1024))
    assert (status, answer) == (413, {"message": "Request entity too large"})


def test_mailgun_knows_its_domain(send, simulator):
    account = {"provider": "mailgun", "api_key": KEYS["mailgun"], "domain": "mail.example.com"}
    simulator.control("PUT", "accounts", [account])
    assert send("mailgun") == (404, {"message": "Domain not found: example.com"})
    assert send("mailgun", path="mailgun/v3/mail.example.com/messages")[0] == 200


def test_postmark_judges_each_item_of_a_batch_alone(send, simulator):
    items = [GOOD["postmark"], {**GOOD["postmark"], "To": "nobody"}, GOOD["postmark"]]
    status, answer = send("postmark", path="postmark/email/batch", body=items)
    assert status == 200
    assert [one["ErrorCode"] for one in answer] == [0, 300, 0]
    assert [one["position"] for one in simulator.accepts()] == [0, 1]


def test_resend_takes_a_batch_whole_or_not_at_all(send, simulator):
    items = [GOOD["resend"], {**GOOD["resend"], "to": ["nobody"]}]
    assert send("resend", path="resend/emails/batch", body=items)[0] == 422
    assert simulator.accepts() == []


def test_resend_takes_the_good_part_of_a_permissive_batch(send, simulator):
    items = [{**GOOD["resend"], "to": ["nobody"]}, GOOD["resend"]]
    headers = {"x-batch-validation": "permissive"}
    status, answer = send("resend", path="resend/emails/batch", body=items, more_headers=headers)
    assert (status, len(answer["data"]), answer["errors"][0]["index"]) == (200, 1, 0)
    (accept,) = simulator.accepts()
    assert accept["provider_message_id"] == answer["data"][0]["id"]


def test_anymail_reports_the_refusal(make_backend):
    message = AnymailMessage(subject="Hi", body="hello", from_email="shop@example.com", to=["ada@example.com"])
    with pytest.raises(AnymailRequestsAPIError, match="Forbidden"):
        make_backend("mailgun", key="wrong").send_messages([message])
