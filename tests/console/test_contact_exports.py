"""Does staff order a table and download it, and nobody else?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from preferences.models import Contact, ContactExport

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

NEW = "/contacts/export/"


def test_a_short_table_is_there_at_once(boss: Client, ada: Contact) -> None:
    page = boss.post(NEW, {"audience": "all", "columns": ["email", "first_name"]}, follow=True).content.decode()
    assert "Download (CSV)" in page
    answer = boss.get(f"{NEW}{ContactExport.objects.get().pk}/contacts.csv")
    assert b"ada@example.com,Ada" in answer.getvalue()
    assert LogEntry.objects.count() == 2


def test_a_table_that_is_not_there_is_not_found(boss: Client) -> None:
    made = ContactExport.objects.create(audience="all", audience_name="All", columns=["email"], last_id=0)
    assert boss.get(f"{NEW}{made.pk}/contacts.csv").status_code == 404
    assert "Stopped" in boss.post(f"{NEW}{made.pk}/stop/", follow=True).content.decode()


def test_columns_are_needed(boss: Client) -> None:
    assert "This field is required" in boss.post(NEW, {"audience": "all"}).content.decode()


def test_it_takes_the_permission(somebody: Callable[..., Client]) -> None:
    assert somebody("support").get(NEW).status_code == 403
