"""Does the dead letters' screen say what died of what, and exactly what a button will do, before it does it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from config import clock
from notifications.delivery.models import DeadLetter, Outbox
from notifications.templatetags.mails import said
from preferences.models import Contact, Suppression
from preferences.suppression import suppress
from tests.letters import bury_parcels, bury_reset
from tests.people import make_contact, make_contacts
from tests.types import publish_template
from tracking.models import Message

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("new_types"), pytest.mark.req("V5")]

LIST, REPLAY, DISCARD = "/dead-letters/", "/dead-letters/replay/", "/dead-letters/discard/"


def _get(client: Client, path: str = LIST) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def _post(client: Client, path: str, **fields: object) -> str:
    response = client.post(path, fields, follow=True)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def _letters(number: int = 3, *, cause: str = "out_of_tries") -> list[UUID]:
    return bury_parcels(make_contacts(number), cause=cause, provider_key="mailgun", code="503", answer="try later")


def test_it_says_who_what_and_why(boss: Client, ada: Contact) -> None:
    bury_parcels([ada], cause="permanent_message", provider_key="mailgun", code="552", answer="too big")
    told = _get(boss)
    for words in (
        "ada@example.com",
        "parcel",
        "The provider refuses this content for good",
        "mailgun · 552",
        "too big",
    ):
        assert words in told


def test_the_causes_stand_on_top_with_their_numbers(boss: Client) -> None:
    _letters(3)
    bury_parcels([make_contact("zoe@example.com")], cause="poison")
    told = _get(boss)
    assert told.index("All tries are used up") < told.index("Three workers died on it")
    assert '<span class="pr-bar-number">3</span>' in told


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("cause=poison", 1), ("stream=transactional", 4), ("stream=critical", 0), ("domain=example.com", 3),
        ("domain=Other.example", 1), ("type=parcel", 4), ("q=person1@example.com", 1), ("age=1h", 4), ("age=old", 0),
        ("source=campaign:42", 0), ("standing=discarded", 0), ("cause=nonsense", 0),
    ],
)  # fmt: skip
def test_filters(boss: Client, query: str, number: int) -> None:
    _letters(3)
    bury_parcels([make_contact("zoe@other.example")], cause="poison")
    assert _get(boss, f"{LIST}?{query}").count("pr-row-link") == number


def test_pages_follow_each_other_without_gap_or_repeat(boss: Client) -> None:
    bury_parcels(make_contacts(120))
    path, seen = LIST, []
    while path:
        response = boss.get(path)
        seen += [letter.pk for letter in response.context["rows"]]
        path = f"{LIST}?before={response.context['older'].replace('+', '%2B')}" if response.context["older"] else ""
    assert len(seen) == len(set(seen)) == 120
    first = boss.get(f"{LIST}?after={_mark(seen[50])}").context["rows"]
    assert [letter.pk for letter in first] == seen[:50]


def _mark(pk: UUID) -> str:
    letter = DeadLetter.objects.get(pk=pk)
    return f"{letter.died_at.isoformat()}_{pk}".replace("+", "%2B")


def test_the_first_press_only_says_what_would_happen(boss: Client) -> None:
    ids = _letters(3)
    told = _post(boss, REPLAY, ticked=[str(one) for one in ids], rate="2")
    assert "3 mails will be sent again; at 2 a second this takes 2 s" in told
    assert DeadLetter.objects.count() == 3


def test_what_cannot_go_is_counted_with_its_reason(boss: Client, ada: Contact) -> None:
    _letters(2)
    bury_reset(ada, expires_after=timedelta(hours=1))
    with clock.shifted(timedelta(hours=2)):
        told = _post(boss, REPLAY, scope="all")
    assert "2 mails will be sent again" in told
    assert '<span class="pr-strong">1</span> cannot: its secrets have expired' in told


def test_the_second_press_does_it(boss: Client) -> None:
    ids = _letters(3)
    told = _post(boss, REPLAY, ticked=[str(one) for one in ids[:2]], rate="", confirmed="1")
    assert "2 mails are queued again." in told
    assert (Outbox.objects.count(), DeadLetter.objects.count()) == (2, 1)


def test_nothing_ticked_is_nothing_not_all(boss: Client) -> None:
    _letters(3)
    assert "None of these can be sent again" in _post(boss, REPLAY, scope="ticked")
    _post(boss, REPLAY, scope="ticked", confirmed="1")
    assert DeadLetter.objects.count() == 3


def test_all_means_those_that_match_the_filters(boss: Client) -> None:
    _letters(3)
    bury_parcels([make_contact("zoe@example.com")], cause="poison")
    told = _post(boss, REPLAY, scope="all", query="cause=poison", rate="", confirmed="1")
    assert "1 mail is queued again." in told
    assert set(DeadLetter.objects.values_list("cause", flat=True)) == {"out_of_tries"}


def test_a_filter_of_nonsense_matches_nothing(boss: Client) -> None:
    _letters(2)
    _post(boss, REPLAY, scope="all", query="stream=nonsense", confirmed="1")
    assert DeadLetter.objects.count() == 2


def test_all_leaves_alone_what_died_after_one_looked(boss: Client) -> None:
    ids = _letters(2)
    looked_at = clock.now().isoformat()
    DeadLetter.objects.filter(pk=ids[0]).update(died_at=clock.now())
    _post(boss, REPLAY, scope="all", looked_at=looked_at, rate="", confirmed="1")
    assert list(DeadLetter.objects.values_list("pk", flat=True)) == [ids[0]]


def test_many_need_their_number_typed(boss: Client) -> None:
    _letters(51)
    assert "type 51 to confirm" in _post(boss, REPLAY, scope="all", rate="")
    assert "the number typed is not 51" in _post(boss, REPLAY, scope="all", rate="", confirmed="1", typed="15")
    assert DeadLetter.objects.count() == 51
    _post(boss, REPLAY, scope="all", rate="", confirmed="1", typed="51")
    assert DeadLetter.objects.count() == 0


def test_discarding_asks_first_and_then_wipes(boss: Client) -> None:
    _letters(2)
    assert "2 mails will never be sent" in _post(boss, DISCARD, scope="all")
    assert "2 discarded." in _post(boss, DISCARD, scope="all", confirmed="1")
    assert DeadLetter.objects.filter(payload={}, discarded_at__isnull=False).count() == 2
    assert "No dead letters" in _get(boss)


def test_a_letters_page_shows_the_mail_as_it_would_be_sent(boss: Client, ada: Contact) -> None:
    [one] = bury_parcels([ada], provider_key="mailgun", code="503", answer="try later")
    told = _get(boss, f"{LIST}{one}/")
    assert "All tries are used up. The answer of mailgun was “503: try later”." in " ".join(told.split())
    assert "Hello Ada, parcel 17" in told


def test_a_letters_page_shows_the_mended_template(boss: Client, ada: Contact) -> None:
    [one] = bury_parcels([ada], cause="liquid_error")
    publish_template("parcel", subject="Mended")
    told = _get(boss, f"{LIST}{one}/")
    assert "In parcel@2, which was published since" in told
    assert "Mended" in told


@pytest.mark.req("I6")
def test_a_letters_page_never_shows_a_secret(boss: Client, ada: Contact) -> None:
    told = _get(boss, f"{LIST}{bury_reset(ada).pk}/")
    assert "k3y" not in told
    assert "(hidden)" in told


def test_a_letters_page_says_what_would_stop_it(boss: Client, ada: Contact) -> None:
    [one] = bury_parcels([ada])
    suppress(ada, reason=Suppression.Reason.HARD_BOUNCE, scope=Suppression.Scope.ALL)
    assert "a rule would stop it: The mailbox does not exist" in " ".join(_get(boss, f"{LIST}{one}/").split())


def test_a_mended_address_is_sent_to(boss: Client, ada: Contact) -> None:
    [one] = bury_parcels([ada])
    told = _post(boss, f"{LIST}{one}/address/", address="ada@example.org", replay="1")
    assert "The address is ada@example.org now" in told
    ada.refresh_from_db()
    assert ada.address == "ada@example.org"
    assert Message.objects.get().recipient_domain == "example.org"
    assert Outbox.objects.get().pk == one


@pytest.mark.parametrize(
    ("address", "words"), [("nonsense", "no @"), ("ben@example.com", "Another contact has this address already")]
)
def test_an_address_that_cannot_be_is_explained(
    boss: Client, ada: Contact, ben: Contact, address: str, words: str
) -> None:
    [one] = bury_parcels([ada])
    assert words in _post(boss, f"{LIST}{one}/address/", address=address, replay="1")
    assert DeadLetter.objects.exists()


def test_the_message_page_leads_there(boss: Client, ada: Contact) -> None:
    [one] = bury_parcels([ada])
    assert f'href="{LIST}{one}/"' in _get(boss, f"/messages/{one}/")


def test_the_timeline_says_who_sent_it_again(boss: Client, ada: Contact) -> None:
    [one] = bury_parcels([ada])
    _post(boss, REPLAY, ticked=str(one), confirmed="1", rate="")
    told = _get(boss, f"/messages/{one}/")
    assert "Sent again by boss" in told
    assert "It had been given up: all tries are used up" in told


def test_a_developer_may_do_it_and_support_may_not(somebody: Callable[..., Client], ada: Contact) -> None:
    [one] = bury_parcels([ada])
    assert somebody("support").get(LIST).status_code == 403
    assert somebody("marketer").post(REPLAY, {"ticked": str(one), "confirmed": "1"}).status_code == 403
    developer = somebody("developer")
    assert "Send again…" in _get(developer)
    assert developer.post(REPLAY, {"ticked": str(one), "confirmed": "1"}).status_code == 302


@pytest.mark.parametrize("path", [REPLAY, DISCARD])
def test_looking_does_nothing(boss: Client, path: str) -> None:
    assert boss.get(path).status_code == 405


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"statusCode": 400, "name": "application_error", "message": "No such template."}', "No such template."),
        ('{"errors": [{"message": "Bad sender.", "field": null}]}', "Bad sender."),
        ('refused (401 {"Message": "No token."}).', "refused (401 No token.)."),
        ('{"code": 7}', '{"code": 7}'),
        ("550 no such user", "550 no such user"),
        ('{"message": "cut', '{"message": "cut'),
    ],
)
def test_a_providers_words_are_taken_out_of_their_json(answer: str, words: str) -> None:
    assert said(answer) == words
