"""What becomes of a mail whose worker is killed between two steps? At the provider once, or at most once and shown."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from config import clock
from notifications.delivery import sweeper
from notifications.delivery.failpoints import POINTS
from notifications.delivery.models import Provider
from preferences.models import Contact
from tests.accounts import only
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.kill,
    pytest.mark.req("V7"),
]

_BEFORE_SENDING = POINTS[: POINTS.index("after_gate")]
_SENDING = POINTS[POINTS.index("after_gate") : POINTS.index("after_outcome")]
_AT_PROVIDER = {"after_gate": 0, "before_call": 0, "after_call": 1}


@pytest.mark.parametrize("point", [*_BEFORE_SENDING, "after_outcome"])
def test_killed_outside_sending_the_mail_goes_once(
    point: str, ada: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, "mailgun")
    _raise_event(ada)
    _die_at(point)
    _recover(work)
    assert Message.objects.get().state == "sent"
    assert _accepts(mailbox) == 1


@pytest.mark.parametrize("point", _SENDING)
def test_killed_in_sending_with_a_key_the_mail_goes_once(
    point: str, ada: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, "resend")
    _raise_event(ada)
    _die_at(point)
    _recover(work)
    assert Message.objects.get().state == "sent"
    assert _accepts(mailbox) == 1


@pytest.mark.parametrize("point", _SENDING)
def test_killed_in_sending_without_a_key_the_mail_is_unknown(
    point: str, ada: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, "mailgun")
    _raise_event(ada)
    _die_at(point)
    _recover(work)
    assert (Message.objects.get().state, Message.objects.get().reason) == ("unknown", "worker_died")
    assert _accepts(mailbox) == _AT_PROVIDER[point]


def _raise_event(contact: Contact) -> None:
    parcel_type()
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def _die_at(point: str) -> None:
    """Run a worker's job in a process that is killed at the point."""
    database = connection.settings_dict
    host = f"?host={database['HOST']}" if database["HOST"].startswith("/") else ""
    environment = {
        **os.environ,
        "POSTRIDER_FAILPOINT": point,
        "POSTRIDER_SIMULATOR_URL": _simulator_url(),
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}{host}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.kills.one_job"], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr[-2000:]


def _simulator_url() -> str:
    from django.conf import settings

    url: str = settings.POSTRIDER_SIMULATOR_URL
    return url


def _recover(work: Callable[[], None]) -> None:
    """Let the leases run out, sweep, and work on."""
    with clock.shifted(timedelta(minutes=3)):
        sweeper.recover_expired()
        work()


def _accepts(mailbox: Process) -> int:
    return len(mailbox.accepts())
