"""Is what the real APIs refuse refused here, in each API's own words?"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from anymail.exceptions import AnymailRequestsAPIError
from anymail.message import AnymailMessage

from tests.simulator.process import KEYS, SECRETS, call

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
    "sparkpost": {
        "recipients": [{"address": {"email": "ada@example.com"}}],
        "content": {"from": "shop@example.com", "subject": "Hi", "text": "hello"},
    },
    "brevo": {
        "sender": {"email": "shop@example.com"},
        "to": [{"email": "ada@example.com"}],
        "subject": "Hi",
        "htmlContent": "hello",
    },
    "mailjet": {
        "Globals": {"From": {"Email": "shop@example.com"}, "Subject": "Hi", "TextPart": "hello"},
        "Messages": [{"To": [{"Email": "ada@example.com"}]}],
    },
}
PATHS = {
    "sendgrid": "sendgrid/v3/mail/send",
    "postmark": "postmark/email",
    "resend": "resend/emails",
    "mailgun": "mailgun/v3/example.com/messages",
    "sparkpost": "sparkpost/api/v1/transmissions",
    "brevo": "brevo/v3/smtp/email",
    "mailjet": "mailjet/v3.1/send",
}


def login(provider: str, key: str) -> dict[str, str]:
    if provider == "mailgun":
        coded = base64.b64encode(f"api:{key}".encode()).decode()
        return {"Authorization": f"Basic {coded}", "Content-Type": "application/x-www-form-urlencoded"}
    if provider == "postmark":
        return {"X-Postmark-Server-Token": key, "Content-Type": "application/json"}
    if provider == "sparkpost":
        return {"Authorization": key, "Content-Type": "application/json"}
    if provider == "brevo":
        return {"api-key": key, "Content-Type": "application/json"}
    if provider == "mailjet":
        coded = base64.b64encode(f"{key}:{SECRETS['mailjet']}".encode()).decode()
        return {"Authorization": f"Basic {coded}", "Content-Type": "application/json"}
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
    "sparkpost": (401, {"errors": [{"message": "Unauthorized."}]}),
    "brevo": (401, {"code": "unauthorized", "message": "Key not found"}),
    "mailjet": (401, {"ErrorCode": "mj-0015", "StatusCode": 401}),
}


def is_within(small, large):
    """Every value of `small` is in `large`, however deep."""
    if isinstance(small, dict):
        return all(key in large and is_within(value, large[key]) for key, value in small.items())
    if isinstance(small, list):
        return len(small) == len(large) and all(map(is_within, small, large))
    return small == large


@pytest.mark.parametrize("provider", GOOD)
def test_an_unknown_key_is_refused(provider, send, simulator):
    status, answer = send(provider, key="wrong")
    wanted_status, wanted = UNKNOWN_KEY[provider]
    assert status == wanted_status
    assert is_within(wanted, answer)
    assert simulator.accepts() == []


@pytest.mark.parametrize("provider", GOOD)
def test_a_good_call_is_taken(provider, send, simulator):
    assert send(provider)[0] in (200, 201, 202)
    assert len(simulator.accepts()) == 1


def mailjet_error(code):
    return {"Messages": [{"Status": "error", "Errors": [{"ErrorCode": code}]}]}


SPARKPOST_CONTENT = GOOD["sparkpost"]["content"]
BREVO_VERSION = {"to": [{"email": "ada@example.com"}]}
MAILJET_GLOBALS = GOOD["mailjet"]["Globals"]
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
    ("sparkpost", {"recipients": []}, 422, {"errors": [{"code": "1400"}]}),
    ("sparkpost", {"recipients": [{"address": "nobody"}]}, 400, {"errors": [{"code": "5002"}]}),
    ("sparkpost", {"content": SPARKPOST_CONTENT | {"from": "x"}}, 400, {"errors": [{"code": "1200"}]}),
    ("sparkpost", {"content": SPARKPOST_CONTENT | {"text": "{{ if x }}"}}, 422, {"errors": [{"code": "3000"}]}),
    ("sparkpost", {"content": SPARKPOST_CONTENT | {"headers": {"To": "x"}}}, 422, {"errors": [{"code": "3002"}]}),
    ("sparkpost", {"metadata": {"x": "y" * 20_000}}, 422, {"errors": [{"code": "2007"}]}),
    ("sparkpost", {"substitution_data": {"x": "y" * 110_000}}, 422, {"errors": [{"code": "2002"}]}),
    ("brevo", {"to": []}, 400, {"code": "missing_parameter", "message": "to is missing"}),
    ("brevo", {"to": [{"email": "nobody"}]}, 400, {"code": "invalid_parameter"}),
    ("brevo", {"sender": {"email": "x"}}, 400, {"code": "invalid_parameter"}),
    ("brevo", {"htmlContent": ""}, 400, {"code": "missing_parameter", "message": "htmlContent is missing"}),
    ("brevo", {"headers": {"X": "a\r\nBcc: x@y.z"}}, 400, {"code": "invalid_parameter"}),
    (
        "brevo",
        {"messageVersions": [BREVO_VERSION | {"params": {"x": "y" * 110_000}}]},
        400,
        {"code": "invalid_parameter"},
    ),
    (
        "brevo",
        {"messageVersions": [BREVO_VERSION | {"params": {"x": "y" * 90_000}}] * 12},
        400,
        {"code": "invalid_parameter"},
    ),
    ("mailjet", {"Messages": []}, 400, {"ErrorCode": "mj-0007"}),
    ("mailjet", {"Messages": None}, 400, {"ErrorCode": "mj-0003"}),
    ("mailjet", {"Messages": [{"To": [{"Email": "nobody"}]}]}, 400, mailjet_error("mj-0013")),
    ("mailjet", {"Globals": MAILJET_GLOBALS | {"TextPart": ""}}, 400, mailjet_error("send-0003")),
    ("mailjet", {"Globals": MAILJET_GLOBALS | {"Subject": "x" * 256}}, 400, mailjet_error("mj-0006")),
    ("mailjet", {"Globals": MAILJET_GLOBALS | {"Headers": {"List-Id": "<x>"}}}, 400, mailjet_error("send-0011")),
]


@pytest.mark.parametrize("case", BAD_CALLS, ids=lambda case: f"{case[0]}-{next(iter(case[1]))}")
def test_a_malformed_call_is_refused(case, send, simulator):
    provider, changes, status, answer = case
    found = send(provider, **changes)
    assert found[0] == status
    assert is_within(answer, found[1])
    assert simulator.accepts() == []


@pytest.mark.parametrize("provider", ["sendgrid", "postmark", "resend", "sparkpost", "brevo", "mailjet"])
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
    "sparkpost": ("", {**GOOD["sparkpost"], "recipients": GOOD["sparkpost"]["recipients"] * 10_001}),
    "brevo": ("", {**GOOD["brevo"], "messageVersions": [{"to": [{"email": "ada@example.com"}]}] * 1001}),
    "mailjet": ("", {**GOOD["mailjet"], "Messages": GOOD["mailjet"]["Messages"] * 51}),
}


@pytest.mark.parametrize("provider", GOOD)
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


def test_mailjet_judges_each_message_of_a_call_alone(send, simulator):
    good = GOOD["mailjet"]["Messages"][0]
    messages = [good, {"To": [{"Email": "nobody"}]}, good | {"Headers": {"Message-ID": "<x@y.z>"}}, good]
    status, answer = send("mailjet", Messages=messages)
    assert status == 400  # although two of them were taken
    assert [one["Status"] for one in answer["Messages"]] == ["success", "error", "error", "success"]
    numbers = [str(answer["Messages"][n]["To"][0]["MessageID"]) for n in (0, 3)]
    assert [one["provider_message_id"] for one in simulator.accepts()] == numbers


def test_mailjet_knows_its_sender_and_its_secret(send, simulator):
    account = {
        "provider": "mailjet",
        "api_key": KEYS["mailjet"],
        "password": SECRETS["mailjet"],
        "domain": "shop.example",
    }
    simulator.control("PUT", "accounts", [account])
    status, answer = send("mailjet")
    assert (status, answer["Messages"][0]["Errors"][0]["ErrorCode"]) == (403, "send-0008")
    simulator.control("PUT", "accounts", [account | {"password": "another", "domain": ""}])
    assert send("mailjet")[0] == 401


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
