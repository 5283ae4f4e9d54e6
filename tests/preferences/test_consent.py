"""Does the ledger of consents only ever grow?"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from preferences.consent import Action, latest_wording, publish_wording, record_consent
from preferences.models import Choice, ConsentRecord, Contact
from preferences.sign_ups import grant_consent
from tests.sign_ups import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(ada: Contact) -> ConsentRecord:
    return record_consent(ada, Action.GRANTED, topic=make_topic("news"), source="import:12", ip="192.0.2.1")


@pytest.mark.req("P3")
@pytest.mark.parametrize(
    "change", [{"action": "withdrawn"}, {"source": "x"}, {"ip": "192.0.2.2"}, {"ip": None, "source": "x"}]
)
def test_an_entry_cannot_be_changed(entry: ConsentRecord, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ConsentRecord.objects.filter(pk=entry.pk).update(**change)


def test_nor_deleted(entry: ConsentRecord) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()


def test_only_the_network_address_may_go(entry: ConsentRecord) -> None:
    ConsentRecord.objects.update(ip=None)
    entry.refresh_from_db()
    assert (entry.ip, entry.source) == (None, "import:12")


def test_the_same_words_are_the_same_version() -> None:
    first = publish_wording("letters", "Yes, please.\r\n")
    assert publish_wording("letters", "Yes, please.") == first
    assert publish_wording("letters", "Yes!").version == 2
    assert publish_wording("letters", "Ja, bitte.", "de").version == 1
    assert latest_wording("letters") == publish_wording("letters", "Yes!")


def test_who_agreed_elsewhere_gets_it(ada: Contact) -> None:
    wording = publish_wording("fair", "Yes, send me the catalogue.")
    Contact.objects.filter(pk=ada.pk).update(is_unconfirmed=True)
    grant_consent(ada, [make_topic("news")], wording=wording, source="fair:2026")
    ada.refresh_from_db()
    entry = ConsentRecord.objects.get()
    assert (entry.action, entry.wording, entry.source) == ("granted", wording, "fair:2026")
    assert (ada.is_unconfirmed, Choice.objects.get().frequency) == (False, "immediate")
