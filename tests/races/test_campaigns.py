"""Do two processes that look after one campaign, or two people who press send, do it twice?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign, CampaignRecipient, CampaignRun
from campaigns.sending import feeding, freezing, looking_after, starting
from campaigns.sending.states import Refused, S
from campaigns.variants import deciding
from config import clock
from notifications.delivery.models import Outbox
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, subjects
from tests.people import make_contacts
from tests.races.threads import in_thread
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


def test_many_who_decide_a_test_decide_it_once() -> None:
    make_contacts(PEOPLE)
    campaign = make_campaign(variants=subjects("", "Save now"), test_percent=50)
    look_after_all()
    Outbox.objects.all().delete()
    Message.objects.filter(source=campaign.source).update(state="sent", sent_at=clock.now())
    CampaignRun.objects.filter(pk=campaign.pk).update(test_until=clock.now())
    refused: list[str] = []

    def decide() -> None:
        looking_after.look_after(campaign.pk)
        try:
            deciding.choose(campaign.pk, "b", at=clock.now(), by=Actor(name="somebody"))
        except Refused as refusal:
            refused.append(str(refusal))

    at_once(decide)
    look_after_all()
    assert refused == ["It was chosen already: the rest gets A."] * 3
    assert AuditEntry.objects.filter(action__startswith="chose variant").count() == 1
    assert Message.objects.filter(source=campaign.source).values("contact_id").distinct().count() == PEOPLE
    assert Message.objects.filter(source=campaign.source).count() == PEOPLE
