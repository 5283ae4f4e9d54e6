"""Does a test of a mail go as any other mail, and leave everybody's choices alone?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import start_template
from notifications.compose.trials import TEMPLATE
from notifications.delivery.models import Call, Provider, SeedList, TemplateTest
from notifications.delivery.template_tests import LIMIT, NotSendable, messages_of, send_tests
from notifications.delivery.trial_addresses import read_addresses
from notifications.editions import edition_of_draft
from notifications.personas import Persona
from notifications.template_states import find_states
from notifications.template_trials import trial_of
from preferences.erasure import erase_contact
from preferences.holdings import Traces, holdings
from preferences.models import Choice, Contact, Suppression
from preferences.suppression import suppress
from tests.people import make_contact
from tests.simulator.process import Process
from tracking.models import Message

pytestmark = pytest.mark.req("T5")
leaves = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(db: None) -> TemplateDraft:
    blocks: list[dict[str, Any]] = [
        {"kind": "heading", "id": "a", "text": "Dear {{ contact.first_name }}"},
        {"kind": "button", "id": "b", "text": "Look", "href": "https://shop.example/"},
    ]
    content = DraftContent(subject="News for {{ contact.first_name }}", blocks=blocks)
    return start_template("news", name="News", content=content, author="ada")


def send(draft: TemplateDraft, *addresses: str, persona: Persona | None = None, author: str = "bo") -> TemplateTest:
    trial = trial_of(edition_of_draft(draft), persona or Persona(), stream="marketing", author=author)
    return send_tests(trial, addresses, author=author, at=timezone.now())


@leaves
def test_it_goes_by_the_streams_pool_read_as_somebody_else(
    draft: TemplateDraft, ben: Contact, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    test = send(draft, "qa@example.com", "qb@example.com", persona=Persona(case="", contact_id=ben.pk))
    work()
    mails = mailbox.mails()
    assert sorted(mail["recipient"] for mail in mails) == ["qa@example.com", "qb@example.com"]
    assert {mail["subject"] for mail in mails} == {"[Test] News for Ben"}
    assert "Dear Ben" in mails[0]["html"]
    assert {(one.state, one.stream, one.provider) for one in messages_of(test)} == {("sent", "marketing", "mailgun")}
    assert (test.author, test.as_contact, test.ref) == ("bo", ben, "news draft, revision 1")


@leaves
def test_nothing_is_counted_and_no_choice_hangs_on_it(
    draft: TemplateDraft, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None], visitor: Client
) -> None:
    send(draft, "qa@example.com")
    work()
    [mail] = mailbox.mails()
    assert "/c/" not in mail["html"]
    assert "/o/" not in mail["html"]
    assert "List-Unsubscribe" not in Call.objects.get().headers
    links = [one for one in re.findall(r'href="([^"]+)"', mail["html"]) if "shop.example" not in one]
    assert links
    for link in links:
        page = visitor.post("/" + link.split("/", 3)[3])
        assert "came with a test mail" in page.content.decode()
    assert not Choice.objects.exists()
    assert not Suppression.objects.exists()


@leaves
def test_a_suppressed_address_gets_none(
    draft: TemplateDraft, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    suppress("qa@example.com", reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.MARKETING)
    test = send(draft, "qa@example.com")
    work()
    [message] = messages_of(test)
    assert (message.state, message.reason) == ("skipped", "suppressed_complaint")
    assert mailbox.accepts() == []


def test_a_new_test_mailbox_is_sent_no_news(draft: TemplateDraft, providers: dict[str, Provider]) -> None:
    send(draft, "qa@example.com")
    assert Contact.objects.get(address="qa@example.com").is_unconfirmed


def test_what_is_tested_is_no_version_of_the_template(draft: TemplateDraft, providers: dict[str, Provider]) -> None:
    send(draft, "qa@example.com")
    send(draft, "qa@example.com")
    assert not draft.template.versions.exists()
    assert TEMPLATE not in [state.template.key for state in find_states()]
    assert len(set(Message.objects.values_list("template_version_id", flat=True))) == 1


def test_one_person_sends_no_more_than_so_many_an_hour(draft: TemplateDraft, providers: dict[str, Provider]) -> None:
    for number in range(LIMIT.most // 20):
        send(draft, *(f"q{number}x{one}@example.com" for one in range(20)))
    with pytest.raises(NotSendable, match="more than 100 test mails"):
        send(draft, "qa@example.com")
    assert not Message.objects.filter(contact__address="qa@example.com").exists()
    send(draft, "qa@example.com", author="another")
    trial = trial_of(edition_of_draft(draft), Persona(), stream="marketing", author="bo")
    send_tests(trial, ["qa@example.com"], author="bo", at=timezone.now() + timedelta(hours=1, seconds=1))


def test_a_stream_that_nobody_serves_is_named(draft: TemplateDraft) -> None:
    with pytest.raises(NotSendable, match="No account may send mail of the stream marketing"):
        send(draft, "qa@example.com")
    assert not Message.objects.exists()


def test_to_the_erased_nothing_is_tested(draft: TemplateDraft, providers: dict[str, Provider]) -> None:
    erase_contact(make_contact("gone@example.com"), source="test")
    with pytest.raises(NotSendable, match="erased"):
        send(draft, "qa@example.com", "gone@example.com")
    assert not Message.objects.filter(source__startswith="template-test").exists()


@leaves
def test_erasing_a_person_takes_them_out_of_tests_and_lists(
    draft: TemplateDraft, ben: Contact, providers: dict[str, Provider], work: Callable[[], None]
) -> None:
    seeds = SeedList.objects.create(name="All", addresses=["ben@example.com", "qa@example.com"])
    send(draft, "qa@example.com", persona=Persona(case="", contact_id=ben.pk))
    work()
    assert "Ben" in str(Call.objects.get().members)
    erase_everything(ben)
    seeds.refresh_from_db()
    assert seeds.addresses == ["qa@example.com"]
    assert Call.objects.get().members == []


def erase_everything(contact: Contact) -> None:
    traces = Traces(contact_id=contact.pk, addresses=(str(contact.address),))
    for holding in holdings():
        if holding.name in {"tests", "seed lists"} and holding.erase:
            with transaction.atomic():
                while holding.erase(traces, 100):
                    pass


def test_addresses_are_read_as_people_paste_them() -> None:
    read = read_addresses("Ada <ADA@example.com>, ben@example.com;\ncleo@example.com ada@example.com")
    assert read.addresses == ("ada@example.com", "ben@example.com", "cleo@example.com")
    assert read.faults == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nobody, ada@example.com", "“nobody”: the address has no @"),
        ("a@b", "“a@b”: the address is not of the form"),
        ("\n".join(f"a{number}@example.com" for number in range(21)), "at most 20"),
    ],
)
def test_each_bad_address_is_named(text: str, said: str) -> None:
    assert said in " ".join(read_addresses(text).faults)
