"""Is a sign-up that nobody confirms forgotten, with everything about the stranger and nothing about a customer?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from config import clock
from notifications.forgotten_sign_ups import forget_unconfirmed
from preferences.models import ConsentRecord, Contact, SignUp, SignUpCount, Suppression
from preferences.sign_ups import CONFIRMABLE_FOR, confirm_sign_up
from tests.people import make_contact
from tests.sign_ups import fill_in, make_form
from tests.types import parcel_type
from tracking.events import record_event

pytestmark = pytest.mark.django_db


def wait(time: timedelta = CONFIRMABLE_FOR + timedelta(days=1)) -> None:
    """Let time pass, for the sign-ups and the limits."""
    SignUp.objects.update(requested_at=F("requested_at") - time)
    SignUpCount.objects.update(until=F("until") - time)


@pytest.mark.req("P3")
def test_a_stranger_is_forgotten_and_may_sign_up_again(visitor: Client) -> None:
    form = make_form(asks_first_name=True)
    fill_in(visitor, form, "dora@example.com", first_name="Dora", ip="192.0.2.1")
    wait()
    assert forget_unconfirmed() == 1
    gone = Contact.objects.get()
    assert (gone.email, gone.first_name, gone.address) == ("", "", None)
    assert not SignUp.objects.exists()
    assert ConsentRecord.objects.get().ip is None
    assert not SignUpCount.objects.exists()
    fill_in(visitor, form, "dora@example.com")
    assert SignUp.objects.get().contact.address == "dora@example.com"


def test_before_its_time_nothing_is_forgotten(visitor: Client) -> None:
    fill_in(visitor, make_form(), "dora@example.com")
    wait(CONFIRMABLE_FOR - timedelta(hours=1))
    assert forget_unconfirmed() == 0
    assert SignUp.objects.get().contact.email == "dora@example.com"


def test_who_was_known_before_stays(visitor: Client) -> None:
    ada = make_contact("ada@example.com", first_name="Ada")
    fill_in(visitor, make_form(), "ada@example.com")
    wait()
    forget_unconfirmed()
    ada.refresh_from_db()
    assert ada.first_name == "Ada"
    assert not SignUp.objects.exists()


@pytest.mark.usefixtures("new_types")
def test_who_bought_something_meanwhile_stays(visitor: Client) -> None:
    parcel_type()
    fill_in(visitor, make_form(), "dora@example.com")
    record_event("parcel.sent", contact="dora@example.com", payload={"number": "1"}, source="test")
    wait()
    forget_unconfirmed()
    assert Contact.objects.get().email == "dora@example.com"


def test_who_confirmed_another_sign_up_stays(visitor: Client) -> None:
    fill_in(visitor, make_form(), "dora@example.com")
    confirm_sign_up(SignUp.objects.get(), ip=None, at=clock.now())
    fill_in(visitor, make_form("second"), "dora@example.com")
    wait()
    forget_unconfirmed()
    assert Contact.objects.get().email == "dora@example.com"
    assert SignUp.objects.get().form.key == "newsletter"


def test_what_was_suppressed_meanwhile_stays_suppressed(visitor: Client) -> None:
    from preferences.suppression import suppress

    fill_in(visitor, make_form(), "dora@example.com")
    suppress("dora@example.com", reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL)
    wait()
    forget_unconfirmed()
    assert Suppression.objects.get().lifted_at is None
