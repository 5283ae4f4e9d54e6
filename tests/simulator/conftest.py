"""A simulator, a listener for its webhooks, and Anymail's backends pointed at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.listener import Listener
from tests.simulator.process import KEYS, SECRETS, Process, configure


@pytest.fixture(scope="session")
def shared_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("simulator"))
    process.start()
    yield process
    assert process.stop() == 0


@pytest.fixture
def simulator(shared_simulator: Process) -> Process:
    """The shared process, emptied and without script effects, faults or webhooks."""
    configure(shared_simulator)
    return shared_simulator


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


@pytest.fixture
def make_backend(simulator: Process) -> Any:
    """Anymail's own backend of a provider, talking to the simulator."""
    from anymail.backends import amazon_ses, brevo, mailgun, mailjet, postmark, resend, sendgrid, sparkpost

    modules = {
        "mailgun": mailgun,
        "postmark": postmark,
        "resend": resend,
        "sendgrid": sendgrid,
        "sparkpost": sparkpost,
        "brevo": brevo,
        "mailjet": mailjet,
    }

    def make(provider: str, key: str = "") -> Any:
        if provider == "ses":
            return amazon_ses.EmailBackend(client_params=ses_client(simulator, key or KEYS["ses"]))
        name = "server_token" if provider == "postmark" else "api_key"
        options: dict[str, Any] = {name: key or KEYS[provider], "api_url": simulator.api_url(provider)}
        if provider == "sendgrid":
            options["merge_field_format"] = "-{}-"
        if provider == "mailjet":
            options["secret_key"] = SECRETS["mailjet"]
        return modules[provider].EmailBackend(**options)

    return make


def ses_client(simulator: Process, key: str, *, secret: str = SECRETS["ses"]) -> dict[str, Any]:
    """What boto3 makes a client of that talks to the simulator, once."""
    return {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "region_name": "eu-central-1",
        "endpoint_url": f"{simulator.url}/ses",
        "config": {"retries": {"total_max_attempts": 1}, "proxies": {}},
    }


def pytest_configure(config: pytest.Config) -> None:
    """Anymail asks for settings; outside the project's own test run, empty ones do."""
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(ROOT_URLCONF=__name__)
