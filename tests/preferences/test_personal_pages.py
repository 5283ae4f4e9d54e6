"""Can a person see their mails, give a phone number, take their data along and be erased, and can nobody else?"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config import clock
from preferences.models import Contact
from tests.preferences.test_preference_page import path_of
from tracking.models import Message

ADDRESS = "Ada@Example.com"  # as people write it


@pytest.fixture
def reader(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def post(reader: Client, contact: Contact, page: str, **form: str) -> Any:
    response = reader.post(f"{path_of(contact)}/{page}", form)
    contact.refresh_from_db()
    return response


@pytest.mark.parametrize("page", ["mails", "phone", "data", "erase"])
def test_looking_shows_no_address_and_sets_no_cookie(reader: Client, ada: Contact, page: str) -> None:
    Contact.objects.update(phone="+4915123456789")
    response = reader.get(f"{path_of(ada)}/{page}")
    assert (response.status_code, len(response.cookies)) == (200, 0)
    assert "ada@example.com" not in response.content.decode()
    assert "15123" not in response.content.decode()


@pytest.mark.parametrize("page", ["mails", "phone", "data", "erase"])
def test_bad_links_get_the_one_answer(reader: Client, ada: Contact, page: str) -> None:
    assert reader.get(f"/p/x/{page}").content == reader.get("/p/x").content
    assert reader.post(f"/p/x/{page}", {"address": ADDRESS}).status_code == 404


def test_the_mails_received_are_listed(reader: Client, ada: Contact, ben: Contact) -> None:
    sent = {"stream": "marketing", "sent_at": timezone.now()}
    Message.objects.create(contact=ada, source="a", type_key="weekly-offers", **sent)
    Message.objects.create(contact=ada, source="b", type_key="retired", **sent)
    Message.objects.create(contact=ada, source="c", type_key="welcome", stream="notification")  # has not left
    Message.objects.create(contact=ben, source="d", type_key="order-confirmation", **sent)
    page = reader.get(f"{path_of(ada)}/mails").content.decode()
    assert re.findall(r"<li>\s*<span>([^<]+)<", page) == ["A mail from us", "Weekly offers"]


def test_fifty_mails_at_most(reader: Client, ada: Contact) -> None:
    Message.objects.bulk_create(
        Message(contact=ada, source=f"n{number}", stream="marketing", sent_at=timezone.now()) for number in range(60)
    )
    assert reader.get(f"{path_of(ada)}/mails").content.decode().count("<time") == 50


def test_a_phone_number_is_saved_and_removed(reader: Client, ada: Contact) -> None:
    post(reader, ada, "phone", phone="0049 (151) 234-56789", address=ADDRESS, step="save")
    assert ada.phone == "+4915123456789"
    post(reader, ada, "phone", address=ADDRESS, step="remove")
    assert ada.phone == ""


@pytest.mark.parametrize("number", ["", "0151 2345678", "+49", "call me", "+49151234567890123", "+٤٩١٥١٢٣٤٥٦٧٨٩"])
def test_what_is_no_number_is_refused(reader: Client, ada: Contact, number: str) -> None:
    response = post(reader, ada, "phone", phone=number, address=ADDRESS, step="save")
    assert (response.status_code, ada.phone) == (422, "")
    assert 'id="phone-fault"' in response.content.decode()


@pytest.mark.parametrize("address", ["", "ben@example.com", "a***@example.com", "no address"])
def test_who_does_not_know_the_address_gets_nothing(reader: Client, ada: Contact, address: str) -> None:
    """The mail was forwarded: the link works, what could hurt does not."""
    for page in ("phone", "data", "erase"):
        response = post(reader, ada, page, address=address, phone="+4915123456789")
        assert response.status_code == 422
        assert "This is not the address that our mail goes to." in response.content.decode()
    assert (ada.phone, ada.erased_at) == ("", None)


def test_the_data_come_as_a_file(reader: Client, ada: Contact) -> None:
    pytest.importorskip("preferences.portability")
    response = post(reader, ada, "data", address=ADDRESS)
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "ada@example.com" in str(response.json())


def proof_from(reader: Client, contact: Contact) -> str:
    page = post(reader, contact, "erase", address=ADDRESS).content.decode()
    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found
    return found[1]


def test_erasing_takes_two_steps(reader: Client, ada: Contact) -> None:
    pytest.importorskip("preferences.erasure")
    proof = proof_from(reader, ada)
    assert ada.erased_at is None
    response = post(reader, ada, "erase", proof=proof)
    assert "You are erased" in response.content.decode()
    assert ada.erased_at is not None
    assert reader.get(path_of(ada)).status_code == 404


def test_the_last_step_is_good_for_its_person_and_an_hour(reader: Client, ada: Contact, ben: Contact) -> None:
    proof = proof_from(reader, ada)
    assert post(reader, ben, "erase", proof=proof).status_code == 422
    with clock.shifted(timedelta(minutes=61)):
        assert post(reader, ada, "erase", proof=proof).status_code == 422
    assert (ada.erased_at, ben.erased_at) == (None, None)
