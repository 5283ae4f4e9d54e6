"""Is a bad event kept with its faults, and does it never hurt the caller?"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from preferences.models import Contact
from tests.types import Parcel, parcel_type, reset_type
from tracking.events import EventRefused
from tracking.models import Event, Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types"), pytest.mark.req("I4")]


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    settings.POSTRIDER_STRICT = False


def _raise(**changed: Any) -> Event:
    parcel_type()
    given = {"name": "parcel.sent", "contact": "ada@example.com", "payload": {"number": "17"}, **changed}
    [(_, recorded)] = event.send(sender=None, **given)
    assert isinstance(recorded, Event)
    return recorded


@pytest.mark.parametrize(
    ("changed", "path", "words"),
    [
        ({"name": "parcel.snet"}, "name", "did you mean 'parcel.sent'?"),
        ({"name": "nothing.like.it"}, "name", "declare it in a notifications.py"),
        ({"payload": {}}, "payload.number", "required"),
        ({"payload": {"number": {"a": 1}}}, "payload.number", "string"),
        ({"payload": "17"}, "payload", "must be a dict, not str"),
        ({"payload": {"number": "x" * 300_000}}, "payload", "at most 256 KB"),
        ({"payload": {"number": "a\x00b"}}, "payload", "NUL"),
        ({"payload": {"number": "\ud800"}}, "payload", ""),
        ({"contact": None}, "contact", "no contact was given"),
        ({"contact": "ada"}, "contact", "no @"),
        ({"contact": "ada@example"}, "contact", "name@domain"),
        ({"contact": "ada@example.com\r\nBcc: x@y.example"}, "contact", "control character"),
        ({"contact": "Ada <ada@example.com>"}, "contact", "name@domain"),
        ({"contact": "a" * 65 + "@example.com"}, "contact", "longer than mail allows"),
        ({"contact": 17}, "contact", "a int is no contact"),
        ({"contact": AnonymousUser()}, "contact", "no contact"),
        ({"contact": User(username="u")}, "contact", "no e-mail address"),
        ({"contact": Contact()}, "contact", "not saved"),
        ({"key": "x" * 201}, "key", "at most 200"),
        ({"key": "a\nb"}, "key", "cannot be printed"),
        ({"key": 17}, "key", "must be a string"),
    ],
)  # fmt: skip
def test_a_bad_event_is_kept_with_its_fault(changed: dict[str, Any], path: str, words: str) -> None:
    refused = _raise(**changed)
    refused.refresh_from_db()
    assert refused.state == "refused"
    [fault] = refused.faults
    assert fault["path"].startswith(path)
    assert words in fault["reason"]
    assert not Message.objects.exists()


def test_the_callers_transaction_goes_on_after_a_bad_event() -> None:
    with transaction.atomic():
        _raise(contact="nobody", payload={"number": "\x00"})
        Contact.objects.create(email="a@b.example", address="a@b.example", address_digest=b"x")
    assert Contact.objects.filter(address="a@b.example").exists()


def test_under_strict_a_bad_event_raises(settings: Any) -> None:
    settings.POSTRIDER_STRICT = True
    with pytest.raises(EventRefused, match=r"payload\.number: Field required"):
        _raise(payload={})


def test_a_refused_events_secret_is_not_kept() -> None:
    reset_type()
    event.send(sender=None, name="reset.asked", contact="ada@example.com",
               payload={"reset_url": "https://x.example/s3cret", "minutes": "many"})  # fmt: skip
    event.send(sender=None, name="reset.aksed", contact="ada@example.com",
               payload={"reset_url": "https://x.example/s3cret"})  # fmt: skip
    kept = [str(refused.payload) + str(refused.faults) for refused in Event.objects.all()]
    assert len(kept) == 2
    assert not any("s3cret" in text for text in kept)


def test_a_refused_event_frees_its_key() -> None:
    assert _raise(key="k", payload={}).state == "refused"
    assert _raise(key="k").state == "accepted"


def test_parcel_is_what_the_event_declares() -> None:
    assert set(Parcel.model_fields) == {"number", "note"}
