"""What does the page that looks at a template before it is sent show?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from notifications.compose.models import Template
from preferences.models import Contact
from tests.config.outbound_servers import Server, answer
from tests.types import parcel_type, publish_template

pytestmark = [pytest.mark.req("T6"), pytest.mark.django_db]

PAGE = "/templates/parcel/preflight/"


@pytest.fixture
def site(settings: Any) -> Iterator[Server]:
    """Our own address, which answers 404 at /gone."""
    server = Server(lambda connection, request: connection.sendall(
        answer("404 Not Found" if b"/gone" in request else "200 OK")))  # fmt: skip
    settings.POSTRIDER_PUBLIC_URL = f"http://127.0.0.1:{server.port}"
    settings.POSTRIDER_OUTBOUND_OWN_HOST = True
    yield server
    server.close()


def page(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_teaches_and_asks_nothing_by_itself(boss: Client, site: Server) -> None:
    publish_template("parcel")
    shown = page(boss.get(PAGE))
    assert "What would go wrong if parcel@1 were sent now?" in shown
    assert "Must be mended" not in shown
    assert site.connections == 0


@pytest.mark.usefixtures("new_types", "site")
def test_what_is_wrong_is_shown_with_place_and_mend(boss: Client) -> None:
    parcel_type(stream="notification")
    publish_template("parcel", body='<mj-text>{{ payload.nubmer }}</mj-text>\n<mj-button href="#">Go</mj-button>')
    shown = page(boss.post(f"{PAGE}begin/"))
    assert "{{ payload.nubmer }} does not exist in mail of the type parcel" in shown
    assert "did you mean “number”?" in shown
    assert "parcel@2 MJML:2, mj-button" in shown
    assert "Must be mended" in shown
    assert "unsubscribe_missing" in shown


def test_links_are_asked_by_a_request_of_their_own(boss: Client, site: Server) -> None:
    button = '<mj-button href="{site}/{path}">Go</mj-button>'.replace("{site}", f"http://127.0.0.1:{site.port}")
    publish_template("parcel", body=button.replace("{path}", "gone"))
    begun = page(boss.post(f"{PAGE}begin/"))
    assert f'hx-post="{PAGE}links/"' in begun
    assert site.connections == 0
    assert "answers 404: there is no such page" in page(boss.post(f"{PAGE}links/"))
    publish_template("parcel", body=button.replace("{path}", "there"))
    assert "1 was asked, and is in order." in page(boss.post(f"{PAGE}links/"))


def test_a_link_to_the_inside_is_not_followed(boss: Client, site: Server, settings: Any) -> None:
    settings.POSTRIDER_OUTBOUND_OWN_HOST = False
    settings.POSTRIDER_OUTBOUND_PORTS = [site.port]
    publish_template("parcel", body=f'<mj-button href="http://127.0.0.1:{site.port}/x">Go</mj-button>')
    assert "is not on the public internet" in page(boss.post(f"{PAGE}links/"))
    assert site.connections == 0


@pytest.mark.usefixtures("site")
def test_without_scripts_everything_comes_at_once(boss: Client) -> None:
    publish_template("parcel")
    shown = page(boss.post(PAGE))
    for heading in ("The mail itself", "Do the links answer?", "Are the pictures there?"):
        assert heading in shown


@pytest.mark.usefixtures("new_types", "site")
def test_contacts_for_whom_something_stays_blank_are_told_by_id(boss: Client, ada: Contact) -> None:
    parcel_type(stream="transactional")
    nameless = Contact.objects.create(email="kim@example.com", address="kim@example.com", address_digest=b"k" * 16)
    shown = page(boss.post(f"{PAGE}begin/"))
    assert f"{{{{ contact.first_name }}}} stays blank for 1 of 2 people: contact {nameless.pk}." in shown
    assert "kim@example.com" not in shown


def test_what_a_template_says_is_text(boss: Client) -> None:
    publish_template("parcel", subject="<script>alert(1)</script> !!", body="<mj-text>x !!!</mj-text>")
    shown = page(boss.post(f"{PAGE}begin/"))
    assert "<script>alert" not in shown


def test_unknown_templates_and_groups_have_no_page(boss: Client) -> None:
    assert boss.get(PAGE).status_code == 404
    publish_template("parcel")
    assert boss.post(f"{PAGE}nothing/").status_code == 404
    assert boss.get(f"{PAGE}links/").status_code == 405


def test_the_templates_page_leads_there(boss: Client) -> None:
    publish_template("parcel")
    template = Template.objects.get(key="parcel")
    assert PAGE in page(boss.get(f"/notifications/template/{template.pk}/change/"))


def test_who_may_not_see_templates_checks_none(visitor: Client, somebody: Callable[..., Client]) -> None:
    publish_template("parcel")
    assert visitor.post(f"{PAGE}links/").status_code == 302
    assert somebody().post(f"{PAGE}begin/").status_code == 403
    assert somebody("marketer").get(PAGE).status_code == 200
