from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.simulator.process import KEYS, Process, call


def _basic(login: str) -> str:
    return "Basic " + base64.b64encode(login.encode()).decode()


#: Provider -> the path of its harmless question, and the headers that carry a key.
QUESTIONS: dict[str, tuple[str, Any]] = {
    "mailgun": ("v3/domains/mg.example", lambda key: {"authorization": _basic(f"api:{key}")}),
    "sendgrid": ("v3/scopes", lambda key: {"authorization": f"Bearer {key}"}),
    "postmark": ("server", lambda key: {"x-postmark-server-token": key}),
    "resend": ("domains", lambda key: {"authorization": f"Bearer {key}"}),
}


@pytest.mark.parametrize("provider", QUESTIONS)
def test_the_holder_of_the_key_is_answered(simulator: Process, provider: str) -> None:
    path, headers = QUESTIONS[provider]
    status, answer = call("GET", f"{simulator.url}/{provider}/{path}", **headers(KEYS[provider]))
    assert (status, type(answer)) == (200, dict)
    assert simulator.accepts() == []


@pytest.mark.parametrize("provider", QUESTIONS)
def test_another_key_is_refused(simulator: Process, provider: str) -> None:
    path, headers = QUESTIONS[provider]
    status, _ = call("GET", f"{simulator.url}/{provider}/{path}", **headers("another"))
    assert status in {401, 403}


@pytest.mark.parametrize("provider", QUESTIONS)
def test_no_other_question_is_answered(simulator: Process, provider: str) -> None:
    _, headers = QUESTIONS[provider]
    status, _ = call("GET", f"{simulator.url}/{provider}/v3/no/such/thing", **headers(KEYS[provider]))
    assert status == 404


def test_mailgun_knows_only_the_domain_of_the_account(simulator: Process) -> None:
    simulator.control("PUT", "accounts", [{"provider": "mailgun", "api_key": "k", "domain": "mg.example"}])
    headers = {"authorization": _basic("api:k")}
    assert call("GET", f"{simulator.url}/mailgun/v3/domains/mg.example", **headers)[0] == 200
    assert call("GET", f"{simulator.url}/mailgun/v3/domains/other.example", **headers)[0] == 404
