"""Does staff see both contacts side by side before they become one?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from preferences.erasure import erase_contact
from preferences.models import Contact, ContactMerge

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]


def test_from_the_suggestion_to_one_page(boss: Client, ada: Contact, ben: Contact) -> None:
    Contact.objects.update(phone="+447700900777")
    Contact.objects.filter(pk=ben.pk).update(last_name="B")
    path = f"/contacts/{ada.pk}/merge/"
    assert f"?with={ben.pk}" in boss.get(path).content.decode()
    page = boss.get(f"{path}?with={ben.pk}").content.decode()
    assert 'value="last_name" checked' in page
    assert 'value="email">' in page
    assert "Merged" in boss.post(path, {"with": ben.pk, "take": ["last_name"]}, follow=True).content.decode()
    assert Contact.objects.get(pk=ada.pk).name == "Ada B"
    assert "It went up in" in boss.get(f"/contacts/{ben.pk}/").content.decode()


def test_what_cannot_be_is_said(boss: Client, ada: Contact, ben: Contact) -> None:
    path = f"/contacts/{ada.pk}/merge/"
    assert "No contact has this address" in boss.get(path, {"with": "nobody@example.com"}).content.decode()
    erase_contact(ben, source="test")
    assert "was erased" in boss.get(path, {"with": ben.pk}).content.decode()
    assert not ContactMerge.objects.exists()


def test_it_takes_the_permission(somebody: Callable[..., Client], ada: Contact) -> None:
    assert somebody("support").get(f"/contacts/{ada.pk}/merge/").status_code == 403
