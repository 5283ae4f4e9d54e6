"""Does the page say what would be blank, and for whom?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from notifications.compose.versions import publish
from preferences.models import Contact, ContactList, ListMember
from tests.notifications.compose.making import source, text

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _template(db: None) -> None:
    publish("sample", source(text("Dear {{ contact.nickname }}")), author="ada")


def test_the_page_comes_at_once_and_counts_after(boss: Client, ada: Contact) -> None:
    page = boss.get("/templates/sample/blanks/").content.decode()
    assert 'hx-trigger="load"' in page
    assert "contact.nickname" not in page
    told = boss.get("/templates/sample/blanks/?subject=version-1&audience=all", headers=HTMX).content.decode()
    assert "contact.nickname" in told
    assert "100.0 %" in told
    assert "a gap" in told
    assert f'href="/preferences/contact/{ada.pk}/change/"' in told


def test_without_scripts_a_link_counts(boss: Client, ada: Contact) -> None:
    assert "a gap" in boss.get("/templates/sample/blanks/?now=1").content.decode()


def test_it_counts_for_a_list(boss: Client, ada: Contact, ben: Contact) -> None:
    friends = ContactList.objects.create(name="Friends")
    ListMember.objects.create(list=friends, contact=ben)
    told = boss.get(f"/templates/sample/blanks/?now=1&audience=list:{friends.pk}").content.decode()
    assert "sample@1 for the list “Friends”" in told
    assert ben.email in told
    assert ada.email not in told


@pytest.mark.parametrize("query", ["subject=version-99", "subject=draft-x", "subject=%00"])
def test_what_is_not_there_is_said(boss: Client, query: str) -> None:
    assert "is not there any more" in boss.get(f"/templates/sample/blanks/?now=1&{query}").content.decode()


def test_support_looks(somebody: Callable[..., Client]) -> None:
    assert somebody("support").get("/templates/sample/blanks/?now=1").status_code == 200
