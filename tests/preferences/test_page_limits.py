"""Are changes of a preference page and guesses of an address counted, and is leaving never?"""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from preferences.links import Leave, preferences_url, unsubscribe_url
from preferences.models import Choice, Contact, SignUpCount
from preferences.page_limits import CHANGES, CHANGES_OF_NETWORK, PROOFS, PROOFS_OF_NETWORK
from preferences.sign_up_limits import Limit, network_of, take_place

pytestmark = [pytest.mark.django_db, pytest.mark.req("P6")]

HERE = network_of("127.0.0.1")


def use_up(limit: Limit, subject: str) -> None:
    take_place(limit, subject, at=timezone.now())
    SignUpCount.objects.filter(key__startswith=f"{limit.name}:").update(count=limit.most)


def page_of(contact: Contact) -> str:
    return urlsplit(preferences_url(contact.pk)).path


@pytest.mark.parametrize("is_network", [True, False])
def test_changes_are_counted(visitor: Client, ada: Contact, ben: Contact, is_network: bool) -> None:
    use_up(CHANGES_OF_NETWORK if is_network else CHANGES, HERE if is_network else str(ada.pk))
    answer = visitor.post(page_of(ada), {"step": "save", "pause": "30"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"
    assert "works all the time" in answer.content.decode()
    ada.refresh_from_db()
    assert ada.paused_until is None
    assert visitor.get(page_of(ada)).status_code == 200
    assert visitor.post(page_of(ben), {"step": "save"}).status_code == (429 if is_network else 302)


def test_leaving_everything_on_the_page_is_not(visitor: Client, ada: Contact) -> None:
    use_up(CHANGES, str(ada.pk))
    use_up(CHANGES_OF_NETWORK, HERE)
    assert visitor.post(page_of(ada), {"step": "leave_all"}).status_code == 302
    assert Choice.objects.get().frequency == "never"


@pytest.mark.parametrize("page", ["data", "erase", "phone"])
@pytest.mark.parametrize("is_network", [True, False])
def test_nobody_finds_an_address_by_trying(visitor: Client, ada: Contact, page: str, is_network: bool) -> None:
    use_up(PROOFS_OF_NETWORK if is_network else PROOFS, HERE if is_network else str(ada.pk))
    for address in ("wrong@example.com", "ada@example.com"):
        answer = visitor.post(f"{page_of(ada)}/{page}", {"address": address, "phone": "+4915123456789"})
        assert answer.status_code == 429
    ada.refresh_from_db()
    assert (ada.phone, ada.erased_at) == ("", None)


def test_the_limit_is_twenty_tries_whatever_the_page(visitor: Client, ada: Contact) -> None:
    pages = [f"{page_of(ada)}/{page}" for page in ("data", "erase", "phone")]
    typed = {"address": "x@example.com", "phone": "1"}
    answers = [visitor.post(pages[one % 3], typed).status_code for one in range(22)]
    assert answers == [422] * 20 + [429] * 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # as requests are; in one transaction, rows would gather old versions
def test_ten_thousand_unsubscribes_from_one_network_are_all_taken(visitor: Client, ada: Contact) -> None:
    path = urlsplit(unsubscribe_url(Leave(contact_id=ada.pk, topic_id=0, message_id=UUID(int=0)))).path
    statuses = {visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code for _ in range(10_000)}
    assert statuses == {200}
    assert not SignUpCount.objects.exists()


def test_unsubscribes_are_not_counted(visitor: Client, ada: Contact) -> None:
    path = urlsplit(unsubscribe_url(Leave(contact_id=ada.pk, topic_id=0, message_id=UUID(int=0)))).path
    for _ in range(100):
        assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not SignUpCount.objects.exists()
