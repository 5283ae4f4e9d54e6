"""Can a person say when, how often and in which language we write to them?"""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client

from preferences import choices
from preferences.models import Contact
from preferences.terms import BadTerm
from tests.preferences.test_preference_page import look, path_of, save


@pytest.fixture
def reader(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def test_quiet_hours_are_set_and_ended(reader: Client, ada: Contact) -> None:
    save(reader, ada, quiet_from="21:00", quiet_until="07:30")
    assert (ada.quiet_from, ada.quiet_until) == (time(21), time(7, 30))
    assert 'value="21:00"' in look(reader, ada)
    save(reader, ada, quiet_from="", quiet_until="")
    assert (ada.quiet_from, ada.quiet_until) == (None, None)


@pytest.mark.parametrize(
    ("start", "end"), [("21:00", ""), ("", "07:00"), ("09:00", "09:00"), ("25:00", "07:00"), ("x", "y"), ("9:00Z", "7")]
)
def test_half_quiet_hours_are_refused_in_words(reader: Client, ada: Contact, start: str, end: str) -> None:
    response = save(reader, ada, quiet_from=start, quiet_until=end, most="3")
    assert response.status_code == 422
    assert 'href="#quiet"' in response.content.decode()
    assert (ada.quiet_from, ada.most_a_week) == (None, 3)  # what was right is kept
    if start:
        assert f'value="{start}"' in response.content.decode()  # and what was typed is shown again


def test_a_number_a_week_is_set_and_ended(reader: Client, ada: Contact) -> None:
    save(reader, ada, most="2")
    assert ada.most_a_week == 2
    save(reader, ada, most="")
    assert ada.most_a_week is None


@pytest.mark.parametrize(
    "field", [{"most": "0"}, {"most": "-1"}, {"most": "x"}, {"most": "9" * 50}, {"language": "xx"},
              {"time_zone": "Mars/Olympus"}, {"time_zone": "../../etc/passwd"}],
)  # fmt: skip
def test_what_is_not_in_a_list_is_refused(reader: Client, ada: Contact, field: dict[str, str]) -> None:
    assert save(reader, ada, **field).status_code == 422
    assert (ada.most_a_week, ada.locale, ada.time_zone) == (None, "", "")


def test_a_time_zone_is_chosen(reader: Client, ada: Contact) -> None:
    save(reader, ada, time_zone="America/Argentina/Buenos_Aires")
    assert ada.time_zone == "America/Argentina/Buenos_Aires"
    assert '<option value="America/Argentina/Buenos_Aires" selected>' in look(reader, ada)


def test_an_unknown_time_zone_that_an_import_brought_is_kept(reader: Client, ada: Contact) -> None:
    Contact.objects.update(time_zone="Mars/Olympus")
    assert save(reader, ada).status_code == 302
    assert ada.time_zone == "Mars/Olympus"


def test_every_zone_can_be_chosen(reader: Client, ada: Contact) -> None:
    page = look(reader, ada)
    assert page.count("<option") > 500
    assert '<optgroup label="Europe">' in page


@pytest.mark.parametrize(
    ("locale", "accepts", "words"),
    [("de", "en", "Was Sie von uns bekommen"), ("de_AT", "es", "Was Sie von uns bekommen"),
     ("", "es-MX,es", "Lo que recibe de nosotros"), ("fr", "de", "Was Sie von uns bekommen"),
     ("", "fr", "What you get from us"), ("en", "de", "What you get from us")],
)  # fmt: skip
def test_the_page_speaks_the_persons_language(
    reader: Client, ada: Contact, locale: str, accepts: str, words: str
) -> None:
    Contact.objects.update(locale=locale)
    assert words in reader.get(path_of(ada), headers={"accept-language": accepts}).content.decode()


def test_the_page_can_be_switched_without_storing_it(reader: Client, ada: Contact) -> None:
    response = reader.get(path_of(ada), {"lang": "de"})
    assert '<html lang="de">' in response.content.decode()
    assert response["Content-Language"] == "de"
    assert not response.cookies
    ada.refresh_from_db()
    assert ada.locale == ""


def test_a_switched_page_stays_so_after_saving(reader: Client, ada: Contact) -> None:
    response = reader.post(f"{path_of(ada)}?lang=es", {"step": "save", "pause": "none"})
    assert response["Location"].endswith("?said=saved&lang=es")


def test_a_chosen_language_is_stored_and_spoken(reader: Client, ada: Contact) -> None:
    response = save(reader, ada, language="de")
    assert ada.locale == "de"
    assert "Ihre Einstellungen sind gespeichert." in reader.get(response["Location"]).content.decode()


def test_a_made_up_language_is_ignored(reader: Client, ada: Contact) -> None:
    assert reader.get(path_of(ada), {"lang": "../x"}).status_code == 200


def test_terms_are_checked_for_every_caller(ada: Contact) -> None:
    faulty: list[Any] = [
        lambda: choices.set_most_a_week(ada, 0), lambda: choices.set_language(ada, "xx"),
        lambda: choices.set_time_zone(ada, "x"), lambda: choices.set_quiet_hours(ada, time(9), None),
    ]  # fmt: skip
    for call in faulty:
        with pytest.raises(BadTerm):
            call()
