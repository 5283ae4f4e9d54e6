from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from config.smoke import StepFailed, Waiting, act, buy_something, run_check
from tests.simulator.process import Process
from tracking.models import Event


@pytest.mark.django_db
def test_waiting_in_vain_says_for_what() -> None:
    with pytest.raises(StepFailed, match=r"the mail did not come within 0\.05 s; there is no message at all"):
        Waiting(0.05).until("the mail", lambda: None)


@pytest.mark.django_db(transaction=True)
def test_buying_as_a_browser_does(live_server: LiveServer, settings: Any) -> None:
    settings.POSTRIDER_PUBLIC_URL = live_server.url
    buy_something("ada@example.com")
    assert Event.objects.get().name == "order.placed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("providers")
def test_without_workers_the_check_fails(live_server: LiveServer, settings: Any) -> None:
    settings.POSTRIDER_PUBLIC_URL = live_server.url
    with pytest.raises(StepFailed, match="the provider's accept did not come"):
        run_check(seconds=0.2)


def test_an_act_that_fails_says_why(mailbox: Process) -> None:
    with pytest.raises(StepFailed, match="the simulator answered 404"):
        act(123_456, "open")


def test_a_shop_that_is_down_is_the_reason(settings: Any) -> None:
    settings.POSTRIDER_PUBLIC_URL = "http://127.0.0.1:9"
    out = StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("smoke", stdout=out)
    assert "ConnectionError" in json.loads(out.getvalue())["reason"]
