"""Does a secret field show anywhere in clear but in the mail itself?"""

from __future__ import annotations

from collections.abc import Callable

import django_rq
import pytest
from django.core.management import call_command
from django.db import connection

from notifications import jobs
from notifications.delivery.models import Call, Outbox
from preferences.models import Contact
from tests.simulator.process import Process
from tests.types import reset_type
from tracking.models import Event, Message
from tracking.signals import event

SECRET = "https://shop.example/reset/s3cr3t-t0ken"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types", "providers"),
    pytest.mark.req("I6"),
]


def _raise(contact: Contact) -> None:
    event.send(sender=None, name="reset.asked", contact=contact, payload={"reset_url": SECRET})


def _database() -> str:
    """Every value of every column of every table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        text = ""
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            text += "".join(str(bytes(value) if isinstance(value, memoryview) else value)
                            for row in cursor.fetchall() for value in row)  # fmt: skip
    return text


def _redis() -> str:
    redis = django_rq.get_connection("critical")
    return "".join(str(redis.dump(key)) + str(key) for key in redis.keys("*"))


def test_the_mail_has_it_and_nothing_else(
    ada: Contact, mailbox: Process, work: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    reset_type()
    _raise(ada)
    assert "s3cr3t" not in _database() + _redis()
    work()
    assert SECRET in mailbox.mails()[0]["html"]
    assert Message.objects.get().state == "sent"
    assert "s3cr3t" not in _database() + _redis() + caplog.text


def test_it_is_erased_once_the_mail_is_handed_over(ada: Contact, work: Callable[[], None]) -> None:
    reset_type()
    _raise(ada)
    work()
    assert Event.objects.get().secrets is None
    assert Call.objects.get().sealed_members is None
    assert not Outbox.objects.exists()


def test_while_uncertain_it_is_kept_sealed(ada: Contact, mailbox: Process) -> None:
    reset_type()
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept"}])
    _raise(ada)
    jobs.work("critical")
    call = Call.objects.earliest("created_at")
    assert call.members is None
    assert call.sealed_members is not None
    assert "s3cr3t" not in _database()


def test_its_link_is_not_rewritten(ada: Contact, mailbox: Process, work: Callable[[], None]) -> None:
    reset_type(stream="transactional")
    _raise(ada)
    work()
    mail = mailbox.mails()[0]
    assert SECRET in mail["html"]
    assert SECRET in mail["text"]


def test_no_dump_shows_it(ada: Contact, capsys: pytest.CaptureFixture[str]) -> None:
    reset_type()
    _raise(ada)
    call_command("dumpdata", "tracking", "notifications")
    assert "s3cr3t" not in capsys.readouterr().out
    assert Event.objects.get().payload == {"reset_url": "**********", "minutes": 30}
