"""After a backup was restored, is anything sent a second time?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from preferences.models import Contact
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types", "providers")]


def _raise(contact: Contact) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def test_what_the_backup_shows_as_waiting_is_not_sent(ada: Contact, mailbox: Process, work: Callable[[], None]) -> None:
    parcel_type()
    _raise(ada)
    call_command("recover", restored_to=(timezone.now() + timedelta(seconds=5)).isoformat())
    work()
    assert (Message.objects.get().state, Message.objects.get().reason) == ("unknown", "restored")
    assert mailbox.accepts() == []


def test_events_that_were_not_routed_yet_count_too(ada: Contact, mailbox: Process, work: Callable[[], None]) -> None:
    parcel_type()
    _raise(ada)
    backup = timezone.now()
    call_command("recover", restored_to=backup.isoformat())
    work()
    assert Message.objects.get().state == "unknown"
    assert mailbox.accepts() == []


def test_what_came_later_is_sent(ada: Contact, work: Callable[[], None]) -> None:
    parcel_type()
    _raise(ada)
    call_command("recover", restored_to=(timezone.now() - timedelta(hours=1)).isoformat())
    work()
    assert Message.objects.get().state == "sent"


@pytest.mark.parametrize("text", ["yesterday", "2026-11-22T10:00:00", "2026-13-45T10:00:00Z"])
def test_a_time_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="with its zone"):
        call_command("recover", restored_to=text)
