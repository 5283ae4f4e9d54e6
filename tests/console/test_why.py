"""Do the screens say why somebody got, or did not get, a mail, to those who may read it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from preferences import choices
from preferences.models import Choice, Contact, Suppression
from preferences.suppression import suppress
from tests.console.conftest import MakeMessage
from tests.types import parcel_type
from tracking.events import EventRefused, record_event
from tracking.models import Event, Message

pytestmark = [pytest.mark.usefixtures("new_types"), pytest.mark.req("D4")]

Work = Callable[[], None]


def _page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def _raise(contact: Contact) -> Event:
    return record_event("parcel.sent", contact=contact, payload={"number": "17"})


def _turn_off(contact: Contact) -> None:
    choices.choose(contact, Choice.Frequency.NEVER, type_key="parcel", channel="", source="test")


def test_an_events_page_tells_the_steps_of_what_was_not_sent(boss: Client, ada: Contact, work: Work) -> None:
    parcel_type(stream="notification")
    _turn_off(ada)
    event = _raise(ada)
    work()
    told = _page(boss, f"/events/{event.pk}/why/")
    assert "Its name is declared and its payload fits." in told
    assert "It was not sent, because the person turned this kind of mail off." in told
    assert f"/messages/{Message.objects.get().pk}/" in told


def test_a_refused_events_page_tells_the_fault(boss: Client, db: None) -> None:
    parcel_type()
    with pytest.raises(EventRefused) as refusal:
        record_event("parcel.sent", contact="ada@example.com", payload={})
    assert "payload.number: Field required" in _page(boss, f"/events/{refusal.value.event.pk}/why/")


def test_the_list_and_the_page_of_events_lead_there(boss: Client, ada: Contact) -> None:
    parcel_type()
    event = _raise(ada)
    way = f"/events/{event.pk}/why/"
    assert way in _page(boss, "/tracking/event/")
    assert way in _page(boss, f"/tracking/event/{event.pk}/change/")


def test_a_mails_page_tells_its_steps(boss: Client, ada: Contact, work: Work) -> None:
    parcel_type(stream="notification")
    _turn_off(ada)
    event = _raise(ada)
    work()
    told = _page(boss, f"/messages/{Message.objects.get().pk}/")
    assert "Why it was decided so" in told
    assert f"/events/{event.pk}/why/" in told
    assert f"/people/{ada.pk}/why/" in told


def test_a_persons_page_tells_of_mail_that_came_and_did_not(
    boss: Client, ada: Contact, make_message: MakeMessage, work: Work
) -> None:
    parcel_type(stream="notification")
    make_message(source="campaign:7", type_key="", state="delivered", stream="marketing")
    _turn_off(ada)
    _raise(ada)
    work()
    told = _page(boss, f"/people/{ada.pk}/why/")
    assert "because the person turned this kind of mail off" in told
    assert "campaign:7" in told
    assert "No: the person turned this kind of mail off" in told


def test_a_persons_page_says_what_holds_for_all_mail(boss: Client, ada: Contact) -> None:
    suppress(ada, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL)
    Contact.objects.filter(pk=ada.pk).update(paused_until=timezone.now() + timedelta(days=3), most_a_week=2)
    told = _page(boss, f"/people/{ada.pk}/why/")
    assert "Nothing goes to the address: the mailbox does not exist (hard bounce)." in told
    assert "The person paused news until" in told
    assert "at most 2 pieces of news" in told


def test_a_person_about_whom_nothing_is_known_is_told_plainly(boss: Client, ada: Contact) -> None:
    assert "Nothing was raised about this person" in _page(boss, f"/people/{ada.pk}/why/")


def test_older_pages_go_on_where_the_one_before_ended(boss: Client, ada: Contact, make_message: MakeMessage) -> None:
    for number in range(45):
        make_message(source=f"campaign:{number}", type_key="", state="delivered")
    first = _page(boss, f"/people/{ada.pk}/why/")
    older = first.partition("?before=")[2].partition('"')[0]
    second = _page(boss, f"/people/{ada.pk}/why/?before={older}")
    shown = [sum(f">campaign:{number}<" in page for page in (first, second)) for number in range(45)]
    assert shown == [1] * 45


@pytest.mark.parametrize("path", ["/events/{id}/why/", "/people/0/why/"])
def test_what_does_not_exist_is_not_found(boss: Client, path: str) -> None:
    assert boss.get(path.format(id=uuid4())).status_code == 404


def test_a_spoilt_cursor_gives_the_newest_page(boss: Client, ada: Contact) -> None:
    assert boss.get(f"/people/{ada.pk}/why/?before=%00nonsense").status_code == 200


def test_its_cost_does_not_grow(
    boss: Client, ada: Contact, make_message: MakeMessage, django_assert_max_num_queries: Any
) -> None:
    parcel_type()
    for _ in range(30):
        make_message(event=_raise(ada))
    boss.get(f"/people/{ada.pk}/why/")  # topics are remembered
    with django_assert_max_num_queries(15):
        boss.get(f"/people/{ada.pk}/why/")


def test_strangers_learn_nothing(visitor: Client, ada: Contact) -> None:
    parcel_type()
    event = _raise(ada)
    for path in (f"/events/{event.pk}/why/", f"/people/{ada.pk}/why/", "/dry-run/", "/dry-run/people/?contact=ada"):
        assert visitor.get(path).status_code == 302


def test_support_reads_and_staff_without_a_role_does_not(somebody: Callable[..., Client], ada: Contact) -> None:
    parcel_type()
    event = _raise(ada)
    paths = [f"/events/{event.pk}/why/", f"/people/{ada.pk}/why/", "/dry-run/"]
    support, nobody = somebody("support"), somebody()
    assert [support.get(path).status_code for path in paths] == [200, 200, 200]
    assert [nobody.get(path).status_code for path in paths] == [403, 403, 403]


def test_an_event_that_was_refused_shows_on_the_page_of_whom_it_meant(boss: Client, ada: Contact) -> None:
    parcel_type()
    with pytest.raises(EventRefused):
        record_event("parcel.sent", contact=ada, payload={})
    told = _page(boss, f"/people/{ada.pk}/why/")
    assert "The event was refused: payload.number: Field required." in told
