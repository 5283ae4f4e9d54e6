"""Does a mail that ends unsent keep everything, and is it buried by its holder only?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from config import clock
from notifications.delivery import outbox
from notifications.delivery.deadletters import Burial, bury
from notifications.delivery.models import WAITING_COLUMNS, DeadLetter, Outbox
from notifications.routing.router import route_waiting
from preferences.models import Contact
from tests.types import parcel_type, reset_type
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types"), pytest.mark.req("V5")]


def _waiting(contact: Contact) -> Outbox:
    parcel_type(expires_after=timedelta(days=2))
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})
    route_waiting("transactional")
    return Outbox.objects.get()


def _bury(
    row: Outbox, *, state: Outbox.State = Outbox.State.QUEUED, provider_key: str = "", **fields: Any
) -> list[UUID]:
    burial = Burial(message_id=row.pk, cause=fields.pop("cause", "out_of_tries"), **fields)
    return bury([burial], state=state, provider_key=provider_key, at=clock.now())


def test_everything_that_rendering_needs_is_kept(ada: Contact) -> None:
    row = _waiting(ada)
    assert _bury(row, code="503", answer="busy", provider_key="mailgun") == [row.pk]
    letter = DeadLetter.objects.get()
    assert not Outbox.objects.exists()
    assert {name: getattr(letter, name) for name in WAITING_COLUMNS} == {
        name: getattr(row, name) for name in WAITING_COLUMNS
    }
    assert (letter.cause, letter.code, letter.answer) == ("out_of_tries", "503", "busy")
    assert (letter.provider_key, letter.recipient_domain) == ("mailgun", "example.com")


def test_secrets_stay_sealed(ada: Contact) -> None:
    reset_type()
    event.send(sender=None, name="reset.asked", contact=ada, payload={"reset_url": "https://shop.example/r/k3y"})
    route_waiting("critical")
    row = Outbox.objects.get()
    _bury(row)
    sealed = bytes(DeadLetter.objects.get().secrets or b"")
    assert sealed == bytes(row.secrets or b"")
    assert b"k3y" not in sealed


def test_a_late_holder_buries_nothing(ada: Contact) -> None:
    row = _waiting(ada)
    [claimed] = outbox.claim("transactional", limit=1, at=clock.now(), owner="w")
    assert _bury(row, state=Outbox.State.CLAIMED, fence=claimed.fence - 1) == []
    assert _bury(row, state=Outbox.State.CLAIMED, fence=claimed.fence) == [row.pk]


def test_a_mail_in_another_state_is_left_alone(ada: Contact) -> None:
    row = _waiting(ada)
    assert _bury(row, state=Outbox.State.UNKNOWN) == []
    assert Outbox.objects.exists()


def test_a_replayed_mail_may_die_again(ada: Contact) -> None:
    row = _waiting(ada)
    _bury(row, cause="poison")
    DeadLetter.objects.update(discarded_at=clock.now())
    row.save(force_insert=True)
    assert _bury(row, cause="out_of_tries") == [row.pk]
    letter = DeadLetter.objects.get()
    assert (letter.cause, letter.discarded_at) == ("out_of_tries", None)


def test_a_long_answer_is_cut(ada: Contact) -> None:
    row = _waiting(ada)
    _bury(row, answer="x" * 2000, code="y" * 200)
    letter = DeadLetter.objects.get()
    assert (len(letter.answer), len(letter.code)) == (500, 64)


def test_burying_nothing_is_no_fault() -> None:
    assert bury([], state=Outbox.State.SENDING, at=clock.now()) == []
