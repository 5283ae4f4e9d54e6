"""Does everybody get mail in their own language?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from notifications.compose.source import TemplateSource
from notifications.compose.versions import publish
from notifications.routing.router import route_waiting
from preferences.models import Contact
from tests.notifications.compose.making import source, text
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]


def _german() -> TemplateSource:
    return replace(source(text("Hallo"), subject="Paket"), key="parcel", locale="de")


@pytest.mark.parametrize(("locale", "ref"), [("de-AT", "parcel@2"), ("fr", "parcel@1"), ("", "parcel@1")])
def test_a_mail_pins_the_version_of_its_persons_locale(ada: Contact, locale: str, ref: str) -> None:
    parcel_type()
    publish("parcel", _german(), author="tests")
    Contact.objects.filter(pk=ada.pk).update(locale=locale)
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    route_waiting("transactional")
    assert Message.objects.get().template_ref == ref
