"""Does a preflight stop what must not be sent, and let pass what somebody took upon themselves?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import start_template
from notifications.compose.models import Publication
from notifications.compose.preflight.models import Acknowledgement, PreflightOverride
from notifications.compose.versions import publish
from notifications.preflight_gate import judge_version
from preferences.audiences import of_list
from preferences.models import Contact, ContactList, ListMember
from tests.notifications.compose.making import source, text

pytestmark = pytest.mark.req("T6")


@pytest.fixture
def make(db: None) -> Callable[..., TemplateDraft]:
    """A draft with a button that leads to this address, under this subject."""

    def start(*, href: str = "https://harbour.shop/", subject: str = "News") -> TemplateDraft:
        blocks: list[dict[str, Any]] = [{"kind": "button", "id": "b", "text": "Have a look", "href": href}]
        return start_template("news", name="News", content=DraftContent(subject=subject, blocks=blocks), author="ada")

    return start


def press(client: Client, draft: TemplateDraft, **fields: object) -> str:
    page = client.post(f"/drafts/{draft.pk}/publish/", {"revision": draft.revision, **fields}, follow=True)
    return page.content.decode()


def seen_in(page: str) -> list[str]:
    return re.findall(r'name="seen" value="(\w+)"', page)


def test_what_must_be_mended_is_not_published(boss: Client, make: Callable[..., TemplateDraft]) -> None:
    page = press(boss, make(href="https://example.com/"))
    assert "It was not published: something has to be mended first." in page
    assert "link_placeholder" in page
    assert not Publication.objects.exists()


def test_an_approver_publishes_all_the_same_and_it_is_kept_why(
    boss: Client, make: Callable[..., TemplateDraft]
) -> None:
    draft = make(href="https://example.com/")
    page = press(boss, draft, note="First")
    press(boss, draft, note="First", override_note="Only a drill", seen=seen_in(page))
    kept = PreflightOverride.objects.get()
    assert (kept.author, kept.note, kept.version.note) == ("boss", "Only a drill", "First")
    assert "link_placeholder" in [one["code"] for one in kept.findings]
    assert Publication.objects.get().version == kept.version
    assert "boss: Only a drill" in boss.get("/templates/news/").content.decode()


def test_who_may_not_approve_cannot_override(
    somebody: Callable[..., Client], make: Callable[..., TemplateDraft]
) -> None:
    marketer, draft = somebody("marketer"), make(href="https://example.com/")
    page = press(marketer, draft)
    assert "override_note" not in page
    assert "Somebody with the role approver" in page
    press(marketer, draft, override_note="I want it", seen=seen_in(page))
    assert not Publication.objects.exists()
    assert not PreflightOverride.objects.exists()


def test_a_warning_is_looked_at_once(boss: Client, make: Callable[..., TemplateDraft]) -> None:
    draft = make(subject="SPRING IS HERE")
    page = press(boss, draft)
    assert "subject_capitals" in page
    assert not Publication.objects.exists()
    press(boss, draft, seen=seen_in(page))
    assert Publication.objects.exists()
    assert set(Acknowledgement.objects.values_list("author", flat=True)) == {"boss"}
    Publication.objects.all().delete()
    assert "is sent from now on" in press(boss, draft)


def test_keys_of_other_warnings_let_nothing_pass(boss: Client, make: Callable[..., TemplateDraft]) -> None:
    press(boss, make(subject="SPRING IS HERE"), seen=["0" * 32])
    assert not Publication.objects.exists()
    assert not Acknowledgement.objects.exists()


def test_an_older_version_passes_the_same_gate(boss: Client, db: None) -> None:
    first = publish("sample", source(text('<a href="https://example.com/">Look</a>')), author="ada")
    publish("sample", source(text("Hello")), author="ada")
    page = boss.post(f"/templates/sample/{first.number}/publish/", follow=True).content.decode()
    assert "link_placeholder" in page
    assert Publication.objects.get().version.number == 2


def test_a_mailing_asks_with_its_audience(ada: Contact, ben: Contact) -> None:
    version = publish("sample", source(text("Dear {{ contact.nickname }}")), author="ada")
    friends = ContactList.objects.create(name="Friends")
    ListMember.objects.create(list=friends, contact=ben)
    decision = judge_version(version, audience=of_list(friends))
    said = [one.sentence for one in decision.unseen]
    assert (decision.allowed, decision.reason) == (False, "unacknowledged")
    assert "{{ contact.nickname }} stays blank for 1 (100.0 %) of the list “Friends”." in said
