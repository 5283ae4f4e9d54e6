"""Filters that write for a person, inside whole mails."""

from __future__ import annotations

import pytest

from notifications.compose.cutting import Slot
from tests.notifications.compose.making import Mail, text, version

ADA = {"locale": "en-GB", "time_zone": "Europe/London"}
JOERG = {"locale": "de", "time_zone": "Europe/Berlin"}


def test_what_reads_no_variable_is_written_for_each_person_all_the_same():
    loaded = version(text('{{ "12.5" | money: "EUR" }}'))
    assert any(isinstance(piece, Slot) for piece in loaded.html)
    assert "12,50\N{NO-BREAK SPACE}€" in Mail(loaded, contact=JOERG).html
    assert "€12.50" in Mail(loaded, contact=ADA).html


def test_the_brand_in_it_does_not_make_it_everybodys():
    loaded = version(text('{{ brand.name | append: "" }} {{ brand.since | local_date: "long" }}'))
    assert any(isinstance(piece, Slot) for piece in loaded.html)


def test_spaces_in_text_are_plain():
    mail = Mail(version(text("x"), text='{{ 1234567 | money: "EUR" }}'), contact={"locale": "fr"})
    assert mail.text.strip() == "1 234 567,00 €"


def test_a_link_with_parameters_is_personal_and_whole():
    body = text(
        """<a href="{{ payload.url | add_parameters: utm_source: 'mail', utm_campaign: payload.name }}">Go</a>"""
    )
    mail = Mail(version(body), payload={"url": "https://shop.example/?a=1&b=2#top", "name": "spring & co"})
    assert mail.values.targets == ("https://shop.example/?a=1&b=2&utm_source=mail&utm_campaign=spring+%26+co#top",)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/orders", "mailto:ada@example.com"])
def test_parameters_make_no_address_out_of_another(address):
    body = text("""<a href="{{ payload.url | add_parameters: utm_source: 'mail' }}">Go</a>""")
    mail = Mail(version(body), payload={"url": address})
    assert mail.values.targets == ()
    assert "utm_source" not in mail.html


def test_a_value_with_markup_stays_text():
    liquid = '{{ payload.bad | money: "EUR" }}{{ payload.bad | local_date }}{{ 2 | pluralize: "a", payload.bad }}'
    html = Mail(version(text(liquid)), contact=ADA, payload={"bad": "<script>"}).html
    assert html.count("&lt;script&gt;") == 3
    assert "<script>" not in html


@pytest.mark.parametrize(
    "contact", [{}, {"locale": None, "time_zone": 7}, {"locale": "../../etc", "time_zone": "/etc/x"}]
)
def test_an_unknown_place_is_the_installations(contact):
    mail = Mail(version(text("x"), text='{{ "2026-05-04T22:30:00Z" | local_datetime }}'), contact=contact)
    assert mail.text.strip() == "May 4, 2026, 10:30 PM"
