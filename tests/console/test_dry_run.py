"""Does a dry run tell what would happen, and leave no trace?"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django_rq
import pytest
from django.apps import apps
from django.test import Client
from pydantic import BaseModel, ConfigDict

from notifications.preview import sample_payload
from preferences import choices
from preferences.models import Choice, Contact
from tests.people import make_contact
from tests.texts import NUMBER, text_type
from tests.types import Parcel, parcel_type, reset_type
from tracking.events import record_event

pytestmark = [pytest.mark.usefixtures("new_types"), pytest.mark.req("D4")]


def _try(client: Client, **given: Any) -> str:
    asked = {"name": "parcel.sent", "contact": "ada@example.com", "payload": '{"number": "17"}', "at": "", **given}
    response = client.post("/dry-run/", asked)
    assert response.status_code == 200
    return response.content.decode()


def _rows() -> dict[str, int]:
    ours = ("preferences", "tracking", "notifications", "campaigns")
    models = [model for name in ours for model in apps.get_app_config(name).get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


def test_it_shows_each_step_and_the_mail_and_keeps_nothing(boss: Client, ada: Contact) -> None:
    parcel_type()
    before = _rows()
    told = _try(boss)
    assert "would be sent" in told
    assert "It would be handed to delivery, due" in told
    assert "parcel 17" in told
    assert _rows() == before
    assert not django_rq.get_connection("critical").exists("rq:queue:transactional")


def test_a_text_message_is_shown_with_its_length(boss: Client) -> None:
    make_contact("ada@example.com", first_name="Ada", phone=NUMBER)
    text_type()
    told = _try(boss)
    assert '<p class="pr-bubble">Parcel 17 for Ada: ' in told
    assert "in GSM-7: 1 segment" in told
    assert "The mail as it would look" not in told


def test_a_person_who_refuses_is_told(boss: Client, ada: Contact) -> None:
    parcel_type(stream="notification")
    choices.choose(ada, Choice.Frequency.NEVER, type_key="parcel", channel="", source="test")
    assert "It would not be sent, because the person turned this kind of mail off." in _try(boss)


def test_another_moment_can_be_imagined(boss: Client, ada: Contact) -> None:
    parcel_type(stream="notification")
    Contact.objects.filter(pk=ada.pk).update(quiet_from="22:00", quiet_until="07:00", time_zone="UTC")
    assert "It is expected to wait for the end of quiet hours" in _try(boss, at="2027-02-01T23:30")
    assert "It is expected to wait" not in _try(boss, at="2027-02-01T12:30")


def test_a_new_address_would_become_a_contact(boss: Client, db: None) -> None:
    parcel_type()
    assert "Nobody has this address yet" in _try(boss, contact="cleo@example.com")
    assert not Contact.objects.exists()


def test_what_the_event_would_be_refused_for_is_told(boss: Client, ada: Contact) -> None:
    parcel_type()
    assert "payload.number: Field required" in _try(boss, payload="{}")


def test_a_duplicate_and_a_used_key_are_told(boss: Client, ada: Contact) -> None:
    parcel_type(dedupe_window=timedelta(hours=1))
    record_event("parcel.sent", contact=ada, payload={"number": "17"})
    record_event("parcel.sent", contact=ada, payload={"number": "18"}, key="k")
    assert "it stands for event" in _try(boss)
    assert "its key had been used for another body" in _try(boss, key="k")
    assert "It causes nothing again." in _try(boss, key="k", payload='{"number": "18"}')


def test_a_secret_is_shown_in_the_mail_only_and_kept_nowhere(boss: Client, ada: Contact) -> None:
    reset_type()
    told = _try(boss, name="reset.asked", payload='{"reset_url": "https://shop.example/r/s3cret"}')
    assert "would be sent" in told
    assert "s3cret" in told


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"payload": "{"}, "This is no JSON: line 1, column 2"),
        ({"payload": "[1]"}, "The payload is an object"),
        ({"payload": "[" * 100_000}, "This"),
        ({"payload": '{"number": ' + "9" * 5000 + "}"}, "a number that is too long"),
        ({"contact": "nobody"}, "This is no address"),
        ({"contact": ""}, "This field is required"),
        ({"name": "unheard.of"}, "Select a valid choice"),
        ({"at": "tomorrow"}, "Enter a valid date/time"),
        ({"payload": '{"number": "\\ud800"}'}, "JSON cannot carry"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(boss: Client, ada: Contact, given: dict[str, str], says: str) -> None:
    parcel_type()
    assert says in _try(boss, **given)


def test_the_payload_is_filled_with_one_that_fits(boss: Client, db: None) -> None:
    parcel_type()
    told = boss.get("/dry-run/payload/?name=parcel.sent").content.decode()
    assert "&quot;number&quot;" in told
    assert Parcel.model_validate(sample_payload("parcel.sent")).number == "Number"


def test_an_example_that_the_schema_declares_is_taken(boss: Client, db: None) -> None:
    class Shipment(BaseModel):
        model_config = ConfigDict(json_schema_extra={"examples": [{"number": "X-1"}]})
        number: str

    parcel_type(event="shipment.left", payload=Shipment)
    assert sample_payload("shipment.left") == {"number": "X-1"}


def test_people_are_offered_by_the_beginning_of_their_address(boss: Client, ada: Contact, ben: Contact) -> None:
    told = boss.get("/dry-run/people/?contact=AD").content.decode()
    assert "ada@example.com" in told
    assert "ben@example.com" not in told
    assert boss.get("/dry-run/people/?contact=").content.strip() == b""


def test_a_persons_page_leads_there_with_the_address_filled_in(boss: Client, ada: Contact) -> None:
    parcel_type()
    assert 'value="ada@example.com"' in boss.get(f"/dry-run/?contact={ada.pk}").content.decode()
    assert boss.get("/dry-run/?contact=99999999999999999999999").status_code == 200


def test_a_field_that_could_break_the_page_is_escaped(boss: Client, ada: Contact) -> None:
    parcel_type()
    told = _try(boss, payload=json.dumps({"number": "</textarea><script>alert(1)</script>"}))
    assert "<script>alert(1)" not in told


def test_an_empty_project_is_told_what_to_do(somebody: Callable[..., Client]) -> None:
    assert somebody("support").get("/dry-run/").status_code == 200
