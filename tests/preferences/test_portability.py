"""Is everything that is stored about a person in the file that they get, and nothing of anybody else?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder

from preferences.choices import choose
from preferences.erasure import erase_contact
from preferences.models import Choice, Contact
from preferences.portability import collect_personal_data
from preferences.suppression import suppress
from tests.types import parcel_type
from tracking.models import Message, MessageEvent
from tracking.signals import event

pytestmark = [pytest.mark.django_db, pytest.mark.req("P4"), pytest.mark.usefixtures("new_types")]


def exported(contact: Contact) -> dict[str, Any]:
    contact.refresh_from_db()
    found: dict[str, Any] = json.loads(json.dumps(collect_personal_data(contact), cls=DjangoJSONEncoder))
    return found


def test_all_chapters(ada: Contact, ben: Contact) -> None:
    parcel_type()
    choose(ada, Choice.Frequency.NEVER, source="test")
    suppress(ada, reason="manual", scope="marketing")  # type: ignore[arg-type] # as they are stored
    for person in (ada, ben):
        event.send(sender=None, name="parcel.sent", contact=person, payload={"number": person.email})
        mail = Message.objects.create(contact=person, source=person.email, stream="marketing")
        MessageEvent.objects.create(message=mail, kind="opened", occurred_at=mail.created_at, detail={"link": 1})
    found = exported(ada)
    assert found["person"]["email"] == "ada@example.com"
    assert [one["payload"]["number"] for one in found["events"]] == ["ada@example.com"]
    assert {name: len(found[name]) for name in ("choices", "consents", "suppressions", "messages", "reports")} == {
        "choices": 1, "consents": 1, "suppressions": 1, "messages": 1, "reports": 1,
    }  # fmt: skip
    assert "ben@example.com" not in json.dumps(found)


def test_every_column_of_a_contact_is_in_it(ada: Contact) -> None:
    columns = {field.name for field in Contact._meta.concrete_fields}
    assert set(exported(ada)["person"]) == columns - {"address", "address_digest", "user"}


def test_of_the_erased_there_is_nothing(ada: Contact) -> None:
    erase_contact(ada, source="test")
    assert "ada" not in json.dumps(exported(ada))


def test_by_a_command_into_a_file_of_ones_own(ada: Contact, tmp_path: Any) -> None:
    file = tmp_path / "ada.json"
    call_command("export_person", "ada@example.com", "--to", str(file))
    assert json.loads(file.read_text())["person"]["email"] == "ada@example.com"
    assert file.stat().st_mode & 0o777 == 0o600
