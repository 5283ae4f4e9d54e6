"""Can staff send a test of a mail, and see what became of it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import start_template
from notifications.delivery.models import Provider, SeedList, TemplateTest
from preferences.models import Contact
from tests.simulator.process import Process
from tests.types import parcel_type, reset_type
from tracking.models import Message

HTMX = {"HX-Request": "true"}


@pytest.fixture
def draft(db: None) -> TemplateDraft:
    content = DraftContent(
        subject="Hi {{ contact.first_name }}", blocks=[{"kind": "heading", "id": "a", "text": "Now"}]
    )
    return start_template("news", name="News", content=content, author="ada")


def send(client: Client, draft: TemplateDraft, addresses: str, **fields: object) -> str:
    posted = {
        "subject": f"draft-{draft.pk}",
        "case": "made-up",
        "stream": "marketing",
        "addresses": addresses,
        **fields,
    }
    return client.post("/templates/news/test/", posted, follow=True).content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("T5")
def test_a_draft_is_tested_as_a_contact_to_addresses_and_lists(
    boss: Client, draft: TemplateDraft, ada: Contact, providers: dict[str, Provider], mailbox: Process,
    work: Callable[[], None],
) -> None:  # fmt: skip
    seeds = SeedList.objects.create(name="Programs", addresses=["seed@example.com"])
    page = send(boss, draft, "qa@example.com", person=ada.email, lists=[seeds.pk])
    assert "read as ada@example.com" in page
    assert 'hx-trigger="every 2s"' in page
    work()
    test = TemplateTest.objects.get()
    told = boss.get(f"/templates/news/test/{test.pk}/", headers=HTMX).content.decode()
    assert "every 2s" not in told
    assert told.count("It was accepted by mailgun") == 2
    assert {mail["subject"] for mail in mailbox.mails()} == {"[Test] Hi Ada"}
    assert LogEntry.objects.get().change_message == "Sent a test of news draft, revision 1 to 2 addresses."


def test_a_published_version_is_offered_and_tested(boss: Client, providers: dict[str, Provider]) -> None:
    from notifications.compose.versions import publish
    from tests.notifications.compose.making import source, text

    version = publish("sample", source(text("Hello")), author="ada")
    page = boss.get("/templates/sample/test/").content.decode()
    assert "sample@1, sent now" in page
    posted = {"subject": f"version-{version.number}", "case": "right-to-left", "stream": "marketing",
              "addresses": "qa@example.com"}  # fmt: skip
    boss.post("/templates/sample/test/", posted)
    assert Message.objects.get().template_ref == "sample@1"
    assert TemplateTest.objects.get().rendered_as == "right-to-left"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"addresses": ""}, "Say whom to send it to"),
        ({"addresses": "nobody, qa@example.com"}, "“nobody”: the address has no @"),
        ({"person": "stranger@example.com"}, "No contact has this address."),
        ({"stream": "nonsense"}, "Select a valid choice"),
        ({"subject": "draft-999"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    boss: Client, draft: TemplateDraft, providers: dict[str, Provider], fields: dict[str, str], said: str
) -> None:
    assert said in send(boss, draft, **{"addresses": "qa@example.com", **fields})
    assert not Message.objects.exists()


def test_a_draft_that_does_not_compile_says_why(boss: Client, providers: dict[str, Provider]) -> None:
    content = DraftContent(subject="Hi", mjml="<mj-sektion></mj-sektion>")
    draft = start_template("news", name="News", content=content, author="ada")
    assert "unknown MJML tag" in send(boss, draft, "qa@example.com")


def test_where_several_types_send_it_the_test_has_the_values_of_the_one_that_was_chosen(
    boss: Client, draft: TemplateDraft, providers: dict[str, Provider], new_types: None
) -> None:
    parcel_type("first", template="news", stream="transactional")
    assert 'name="type"' not in boss.get("/templates/news/test/").content.decode()
    reset_type(template="news", name="Way back in")
    page = boss.get("/templates/news/test/?type=reset&case=right-to-left").content.decode()
    assert '<option value="reset" selected>Way back in</option>' in page
    assert '<option value="right-to-left" selected>' in page
    for chosen in ({"type": "reset"}, {"type": "first"}, {}):
        send(boss, draft, "qa@example.com", stream="transactional", **chosen)
    sent = [one.outbox.payload["payload"] for one in Message.objects.select_related("outbox").order_by("pk")]
    assert ["minutes" in one for one in sent] == [True, False, False]
    assert "Select a valid choice" in send(boss, draft, "qa@example.com", stream="transactional", type="nonsense")


def test_seed_lists_are_written_and_removed(boss: Client) -> None:
    boss.post("/seed-lists/new/", {"name": "Programs", "addresses": "A@example.com\nb@example.com"})
    seeds = SeedList.objects.get()
    assert seeds.addresses == ["a@example.com", "b@example.com"]
    assert (
        "already" in boss.post("/seed-lists/new/", {"name": "Programs", "addresses": "c@example.com"}).content.decode()
    )
    assert "no @" in boss.post(f"/seed-lists/{seeds.pk}/", {"name": "P", "addresses": "c"}).content.decode()
    assert "Removes the list with its 2 addresses" in boss.get(f"/seed-lists/{seeds.pk}/").content.decode()
    boss.post(f"/seed-lists/{seeds.pk}/remove/")
    assert not SeedList.objects.exists()


def test_marketers_send_tests_and_support_only_looks(somebody: Callable[..., Client], draft: TemplateDraft) -> None:
    assert somebody("marketer").get("/templates/news/test/").status_code == 200
    support = somebody("support")
    assert support.get("/templates/news/test/").status_code == 403
    assert support.get("/seed-lists/").status_code == 200
    assert support.get("/seed-lists/new/").status_code == 403
