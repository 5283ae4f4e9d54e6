"""A simulator, a listener for its webhooks, and Anymail's backends pointed at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulator.listener import Listener
from tests.simulator.process import KEYS, Process, configure


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
    from anymail.backends import mailgun, postmark, resend, sendgrid

    modules = {"mailgun": mailgun, "postmark": postmark, "resend": resend, "sendgrid": sendgrid}

    def make(provider: str, key: str = "") -> Any:
        name = "server_token" if provider == "postmark" else "api_key"
        options: dict[str, Any] = {name: key or KEYS[provider], "api_url": simulator.api_url(provider)}
        if provider == "sendgrid":
            options["merge_field_format"] = "-{}-"
        return modules[provider].EmailBackend(**options)

    return make


def pytest_configure(config: pytest.Config) -> None:
    """Anymail asks for settings; outside the project's own test run, empty ones do."""
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(ROOT_URLCONF=__name__)
