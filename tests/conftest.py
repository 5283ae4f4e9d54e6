"""What every test may use: people, a provider simulator, accounts that speak to it, and the workers' work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import django_rq
import pytest
from django.test import Client
from django.test.utils import override_settings

from config.queues import QUEUES, STREAMS, reset_bell
from notifications.catalog.registry import forgetting_new_types
from notifications.compose import publications
from notifications.compose.brands import public
from notifications.delivery import senders, variables, warmup
from notifications.delivery.domains import permission
from notifications.routing import topics
from preferences.models import Contact
from tests.accounts import make_providers
from tests.people import make_contact
from tests.simulator.process import Process, configure


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Django's own way to hash takes half a second by intent, and most tests of the console make somebody who works."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def ada(db: None) -> Contact:
    """A contact who wants everything."""
    return make_contact("ada@example.com", first_name="Ada")


@pytest.fixture
def ben(db: None) -> Contact:
    """Another contact."""
    return make_contact("ben@example.com", first_name="Ben")


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = Process(tmp_path_factory.mktemp("provider-simulator"))
    process.start()
    yield process
    assert process.stop() == 0


@pytest.fixture
def mailbox(running_simulator: Process, settings: Any) -> Process:
    """The simulator with an empty journal, no faults and no script, and settings that lead to it."""
    settings.POSTRIDER_SIMULATOR_URL = running_simulator.url
    settings.POSTRIDER_SIMULATOR_SMTP = f"127.0.0.1:{running_simulator.smtp_port}"
    configure(running_simulator, magic=False)
    return running_simulator


@pytest.fixture
def providers(mailbox: Process, db: None) -> dict[str, Any]:
    """One simulated account of each kind, in every pool: {kind: Provider}."""
    return make_providers(mailbox)


@pytest.fixture
def work(db: None) -> Callable[[], None]:
    """Do all the work that is due, in every stream and for receipts, as the workers would."""
    return do_all_work


def do_all_work() -> None:
    from notifications import jobs

    for stream in STREAMS:
        while jobs.work(stream):
            pass
    jobs.process_receipts()


@pytest.fixture
def new_types() -> Iterator[None]:
    """Notification types declared in the test are forgotten after it."""
    with forgetting_new_types():
        yield


@pytest.fixture(autouse=True)
def _fresh_memory() -> Iterator[None]:
    """What processes remember of a database does not outlive it."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    reset_bell()
    redis = django_rq.get_connection("critical")
    redis.delete(*(f"{kind}:{queue}" for queue in QUEUES for kind in ("postrider:bell", "rq:queue")))
    for remembered in (publications._published_versions, topics._rule, variables._known_topic_id):
        remembered.cache_clear()
    for memory in (senders, permission, warmup, public):
        memory.forget()


@pytest.fixture
def visitor() -> Client:
    """Somebody who is not logged in."""
    return Client()
