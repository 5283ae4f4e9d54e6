"""Can a person read the mails, and can a mail do nothing to the person?"""

from __future__ import annotations

import re
import urllib.request
from email.utils import parsedate_to_datetime

import pytest
from anymail.message import AnymailMessage

from tests.simulator.process import call

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def fetch(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as answer:
        return dict(answer.headers.items()), answer.read().decode()


@pytest.fixture
def mail(make_backend, simulator):
    """The number of a mail that is hostile wherever it can be."""
    message = AnymailMessage(f"Sub {SCRIPT}", f"Text {SCRIPT}", f'"{SCRIPT}" <shop@example.com>', ["ada@example.com"])
    message.attach_alternative(f"<p>Hello</p>{SCRIPT}", "text/html")
    message.metadata = {"message_id": SCRIPT}
    message.extra_headers["X-Hostile"] = SCRIPT
    make_backend("sendgrid").send_messages([message])
    return simulator.accepts()[-1]["number"]


pytestmark = pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")


def test_nothing_of_a_mail_is_markup_on_our_pages(mail, simulator):
    pages = ["", f"/{mail}", f"/{mail}?tab=text", f"/{mail}?tab=source", f"/{mail}?tab=headers"]
    pages += ["?q=%3Cscript%3E", f"/{mail}?said=%3Cscript%3E", "/rows?seen=0"]
    for page in pages:
        headers, text = fetch(f"{simulator.url}/inbox{page}")
        assert "<script>" not in text
        assert "onerror=alert(1)&gt;" in text or "<img" not in text
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_the_mails_html_is_sandboxed_twice(mail, simulator):
    _, page = fetch(f"{simulator.url}/inbox/{mail}")
    sandbox = re.search(r'<iframe[^>]*sandbox="([^"]*)"', page)
    assert sandbox is not None
    assert sandbox[1] == "allow-popups allow-popups-to-escape-sandbox"
    headers, content = fetch(f"{simulator.url}/inbox/{mail}/html")
    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox;")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert content.endswith(f"<p>Hello</p>{SCRIPT}")


def test_links_can_be_switched_off(mail, simulator):
    assert 'sandbox=""' in fetch(f"{simulator.url}/inbox/{mail}?links=off")[1]
    assert fetch(f"{simulator.url}/inbox/{mail}/html?links=off")[0]["content-security-policy"].startswith("sandbox ;")


def test_the_list_is_searched(mail, simulator):
    assert "ada@example.com" in fetch(f"{simulator.url}/inbox?q=ADA")[1]
    assert "No mail has" in fetch(f"{simulator.url}/inbox?q=nobody%25")[1]


def test_the_list_refreshes_only_when_there_is_news(mail, simulator):
    newest = simulator.control("GET", "accepts/count")["newest"]
    assert call("GET", f"{simulator.url}/inbox/rows?seen={newest}")[0] == 204
    assert "ada@example.com" in call("GET", f"{simulator.url}/inbox/rows?seen=0")[1]


def test_a_button_acts_and_says_so(mail, simulator, listener):
    status, page = call(
        "POST",
        f"{simulator.url}/inbox/{mail}/act",
        b"action=bounce",
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert status == 200
    assert "no webhook_url" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_a_strangers_page_cannot_steer(headers, simulator):
    assert call("PUT", f"{simulator.url}/control/faults", [], **headers)[0] == 403


def test_health_and_missing_pages(simulator):
    assert call("GET", f"{simulator.url}/healthz") == (200, {"status": "ok"})
    assert call("GET", f"{simulator.url}/inbox/999999")[0] == 404
    assert call("GET", f"{simulator.url}/nothing")[0] == 404


def test_our_own_page_can_steer(mail, simulator):
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": simulator.url}
    headers, _ = fetch(f"{simulator.url}/inbox/{mail}")
    assert headers["referrer-policy"] == "same-origin"  # with `no-referrer` a form's origin is "null"
    assert call("POST", f"{simulator.url}/inbox/{mail}/act", b"action=deliver", **form)[0] == 200


def test_a_mail_is_dated_when_it_was_taken_in(mail, simulator):
    shown = dict(simulator.control("GET", f"accepts/{mail}/mail")["headers"])["Date"]
    assert abs(parsedate_to_datetime(shown).timestamp() - simulator.accepts()[0]["at"]) < 2
