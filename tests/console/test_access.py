"""Who may open which screen?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.console.conftest import MakeMessage

SCREENS = [
    "/segments/", "/segments/new/", "/dead-letters/", "/uncertain/", "/health/", "/queues/critical/pause/",
    "/domains/", "/senders/marketing/", "/warm-up/", "/warm-up/new/",
    "/", "/overview/", "/campaigns/", "/audit/", "/reports/", "/messages/", "/types/", "/gallery/", "/gallery/welcome/",
    "/queues/", "/brands/", "/brands/new/",
    "/tracking/event/", "/tracking/webhookreceipt/",
    "/preferences/contact/", "/preferences/topic/", "/preferences/suppression/", "/preferences/consentrecord/",
    "/suppressions/import/", "/attributes/", "/contacts/import/", "/contacts/export/", "/contacts/edit/",
    "/sign-up-forms/", "/sign-up-forms/new/", "/notifications/provider/",
    "/providers/", "/alerts/", "/notifications/poolmember/", "/templates/", "/templates/new/", "/blocks/",
    "/seed-lists/", "/seed-lists/new/",
    "/notifications/template/", "/notifications/templateversion/",
]  # fmt: skip


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.django_db
def test_strangers_are_asked_to_log_in(visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=/")


def test_a_strangers_message_page_tells_nothing(visitor: Client, make_message: MakeMessage) -> None:
    assert visitor.get(f"/messages/{make_message().pk}/").status_code == 302


@pytest.mark.parametrize("path", SCREENS)
def test_every_screen_opens_when_it_is_empty(boss: Client, path: str) -> None:
    assert boss.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/messages/", "/tracking/event/", "/preferences/contact/", "/types/", "/segments/"])
def test_support_reads(somebody: Callable[..., Client], path: str) -> None:
    assert somebody("support").get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/notifications/provider/", "/queues/", "/preferences/suppression/add/", "/preferences/topic/add/"]
)
def test_support_does_no_more(somebody: Callable[..., Client], path: str) -> None:
    assert somebody("support").get(path).status_code == 403


def test_a_marketer_adds_suppressions_but_sees_no_providers(somebody: Callable[..., Client]) -> None:
    marketer = somebody("marketer")
    assert marketer.get("/preferences/suppression/add/").status_code == 200
    assert marketer.get("/notifications/provider/").status_code == 403


def test_staff_without_a_role_is_told_so(somebody: Callable[..., Client]) -> None:
    assert "no role yet" in somebody().get("/").content.decode()


@pytest.mark.parametrize("path", ["/tracking/event/add/", "/preferences/contact/add/", "/notifications/template/add/"])
def test_not_even_a_superuser_writes_a_log_by_hand(boss: Client, path: str) -> None:
    assert boss.get(path).status_code == 403


def test_the_sidebar_leaves_out_what_may_not_be_opened(somebody: Callable[..., Client]) -> None:
    page = somebody("support").get("/messages/").content.decode()
    assert "/preferences/contact/" in page
    assert "/notifications/provider/" not in page


@pytest.mark.django_db
def test_it_says_that_it_lives(visitor: Client) -> None:
    assert visitor.get("/healthz").content == b"ok\n"
