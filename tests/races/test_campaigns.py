"""Do two processes that look after one campaign, or two people who press send, do it twice?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign, CampaignRecipient, CampaignRun
from campaigns.sending import feeding, freezing, looking_after, starting
from campaigns.sending.states import Refused, S
from config import clock
from notifications.delivery.models import PoolMember, Provider
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, make_draft
from tests.people import make_contacts
from tests.races.threads import in_thread
from tests.types import publish_template
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db(transaction=True)]

PEOPLE = 40


def at_once(run: Callable[[], object], number: int = 3) -> None:
    for thread in [in_thread(run) for _ in range(number)]:
        thread.join()


def test_many_freezers_and_feeders_write_everybody_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, slice_ in ((freezing, 7), (feeding, 3)):
        monkeypatch.setattr(module, "SLICE", slice_)
    monkeypatch.setattr(freezing, "HEAD", 5)
    make_contacts(PEOPLE)
    campaign = make_campaign()
    starting.start_due()

    def look_after() -> None:
        for _ in range(6):
            looking_after.freeze_waiting()
            looking_after.feed_waiting()

    at_once(look_after)
    look_after_all()
    run = CampaignRun.objects.get(pk=campaign.pk)
    assert CampaignRecipient.objects.filter(campaign=campaign).count() == PEOPLE
    assert Message.objects.filter(source=campaign.source).count() == PEOPLE
    assert (run.counts, run.fed) == ({"": PEOPLE}, PEOPLE)


def test_of_many_who_press_send_one_sends() -> None:
    make_contacts(3)
    campaign = make_campaign()
    outcomes: list[str] = []

    def press() -> None:
        try:
            starting.begin(Campaign.objects.get(pk=campaign.pk), at=clock.now(), by=Actor(name="somebody"))
            outcomes.append("sent")
        except Refused:
            outcomes.append("refused")

    at_once(press, 5)
    assert sorted(outcomes) == ["refused"] * 4 + ["sent"]
    assert AuditEntry.objects.filter(subject=campaign.source, action="began").count() == 1
    campaign.refresh_from_db()
    assert campaign.state == S.FREEZING


def test_two_browsers_that_approve_and_send_at_once_make_one_run(settings: Any) -> None:
    settings.POSTRIDER_SELF_APPROVAL = False
    people = make_contacts(3)
    campaign = approvable()
    pages: list[str] = []

    def press(name: str) -> None:
        browser = Client()
        browser.force_login(User.objects.create_superuser(name))
        answer = browser.post(f"/campaigns/{campaign.pk}/do/approve/", {"revision": campaign.revision}, follow=True)
        pages.append(answer.content.decode())

    for thread in [in_thread(partial(press, name)) for name in ("ari", "bo", "cleo")]:
        thread.join()
    assert sum("Approved: it is leaving now." in one for one in pages) == 1
    assert sum("campaign is freezing by now. Somebody else, or the clock, was faster." in one for one in pages) == 2
    look_after_all()
    assert CampaignRun.objects.count() == 1
    sent = Message.objects.filter(source=campaign.source).values_list("contact_id", flat=True)
    assert sorted(sent) == [one.pk for one in people]


def approvable() -> Campaign:
    """A campaign that waits for its approval, with nothing to mend."""
    account = Provider.objects.create(key="sim", kind="mailgun", name="Simulated", is_simulated=True)
    PoolMember.objects.create(stream="marketing", provider=account)
    body = (
        "<mj-text>Spring has come, and with it {{ brand.address }}</mj-text><mj-text>"
        '<a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
    )
    version = publish_template("ready", subject="Spring is here", body=body)
    return make_draft(template=version.template, state=S.IN_REVIEW)
