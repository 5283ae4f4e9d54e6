"""Does everybody who should get a campaign get it, once, whatever happens on the way?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign, CampaignRecipient, CampaignRun
from campaigns.sending import control, feeding, freezing, looking_after, starting
from campaigns.sending.figures import count_figures
from campaigns.sending.receipt import Receipt, write_receipt
from campaigns.sending.states import Refused, S
from config import clock
from config.ids import new_id
from notifications.compose.models import TemplateVersion
from notifications.delivery.models import Hold, Outbox
from preferences.choices import choose
from preferences.models import Choice, Contact
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, make_list, news_topic
from tests.letters import end_as_dead
from tests.people import make_contacts
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

MARA = Actor(id=1, name="mara")


class Killed(Exception):
    """Stands for a process that died in the middle of a transaction."""


def messages(campaign: Campaign) -> Counter[str]:
    return Counter(Message.objects.filter(source=campaign.source).values_list("state", flat=True))


def receipt(campaign: Campaign) -> Receipt:
    count_figures(campaign, at=clock.now())
    return write_receipt(campaign)


def test_everybody_gets_it_once(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(5)
    campaign = run_campaign(make_campaign())
    assert campaign.state == S.FINISHED
    assert messages(campaign) == {"sent": 5}
    assert receipt(campaign).is_balanced


def test_who_left_is_passed_over_with_the_reason() -> None:
    people = make_contacts(3)
    choose(people[0], Choice.Frequency.NEVER, topic=news_topic(), source="test")
    campaign = make_campaign()
    look_after_all()
    found = dict(CampaignRecipient.objects.filter(campaign=campaign).values_list("contact_id", "skip_reason"))
    assert found == {people[0].pk: "topic_off", people[1].pk: "", people[2].pk: ""}
    assert campaign.run.counts == {"": 2, "topic_off": 1}


def test_who_leaves_after_freezing_is_stopped_by_the_gate(run_campaign: Callable[[Campaign], Campaign]) -> None:
    people, campaign = make_contacts(2), make_campaign()
    look_after_all()
    choose(people[0], Choice.Frequency.NEVER, topic=news_topic(), source="test")
    run_campaign(campaign)
    assert messages(campaign) == {"sent": 1, "skipped": 1}
    assert receipt(campaign).is_balanced


def test_a_holdout_is_stable_and_of_that_size() -> None:
    make_contacts(400)
    campaign = make_campaign(holdout_percent=25)
    look_after_all()
    held = set(
        CampaignRecipient.objects.filter(campaign=campaign, is_held_out=True).values_list("contact_id", flat=True)
    )
    assert 60 < len(held) < 140
    with transaction.atomic():
        CampaignRecipient.objects.filter(campaign=campaign).delete()
        CampaignRun.objects.filter(pk=campaign.pk).delete()
        Campaign.objects.filter(pk=campaign.pk).update(state="scheduled")
        look_after_all()
    again = CampaignRecipient.objects.filter(campaign=campaign, is_held_out=True).values_list("contact_id", flat=True)
    assert set(again) == held
    assert not Message.objects.filter(source=campaign.source, contact_id__in=held).exists()


def test_the_most_engaged_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "HEAD", 1)
    monkeypatch.setattr(feeding, "SLICE", 1)
    people = make_contacts(4)
    for place, points in ((0, 1), (1, 80), (2, 0), (3, 40)):
        Contact.objects.filter(pk=people[place].pk).update(engagement_points=points, engagement_at=clock.now())
    campaign = make_campaign()
    look_after_all()
    order = Message.objects.filter(source=campaign.source).order_by("pk").values_list("contact_id", flat=True)
    assert list(order) == [people[one].pk for one in (1, 3, 0, 2)]


def test_the_first_leave_while_the_rest_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "HEAD", 2)
    make_contacts(5)
    campaign = make_campaign()
    starting.start_due()
    assert freezing.freeze_slice(campaign.pk, at=clock.now())
    assert looking_after.feed_waiting() == 2
    campaign.refresh_from_db()
    assert campaign.state == S.FREEZING
    look_after_all()
    assert messages(campaign) == {"queued": 5}
    assert campaign.run.fed == 5


def test_a_killed_freeze_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "SLICE", 2)
    make_contacts(7)
    campaign = make_campaign()
    starting.start_due()
    for _ in range(3):
        assert freezing.freeze_slice(campaign.pk, at=clock.now())
        with pytest.raises(Killed), transaction.atomic():
            freezing.freeze_slice(campaign.pk, at=clock.now())
            raise Killed
    look_after_all()
    assert CampaignRecipient.objects.filter(campaign=campaign).count() == 7
    assert CampaignRun.objects.get(pk=campaign.pk).counts == {"": 7}


def test_a_killed_feeder_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "SLICE", 2)
    make_contacts(7)
    campaign = make_campaign()
    starting.start_due()
    looking_after.freeze_waiting()
    for _ in range(2):
        feeding.feed_slice(campaign.pk, at=clock.now())
        with pytest.raises(Killed), transaction.atomic():
            feeding.feed_slice(campaign.pk, at=clock.now())
            raise Killed
    look_after_all()
    assert messages(campaign) == {"queued": 7}


def test_a_feeder_that_forgot_its_place_doubles_nothing() -> None:
    make_contacts(4)
    campaign = make_campaign()
    look_after_all()
    CampaignRun.objects.filter(pk=campaign.pk).update(
        fed=0, fed_due_at=None, fed_rank=-1, fed_contact=0, is_all_fed=False
    )
    look_after_all()
    assert messages(campaign) == {"queued": 4}


def test_no_more_wait_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "MOST_OPEN", 3)
    make_contacts(10)
    campaign = make_campaign()
    look_after_all()
    assert messages(campaign) == {"queued": 3}


def test_a_throttle_lets_few_go_at_a_time() -> None:
    make_contacts(10)
    campaign = make_campaign(throttle_per_hour=60)
    look_after_all()
    assert messages(campaign) == {"queued": 1}
    with clock.shifted(timedelta(seconds=61)):
        look_after_all()
    assert messages(campaign) == {"queued": 2}


def test_pausing_holds_what_waits_and_stops_feeding(run_campaign: Callable[[Campaign], Campaign], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip # noqa: E501
    monkeypatch.setattr(feeding, "MOST_OPEN", 3)
    make_contacts(6)
    campaign = make_campaign()
    look_after_all()
    control.pause(campaign, at=clock.now(), by=MARA, reason="wrong price")
    assert run_campaign(campaign).state == S.PAUSED
    assert messages(campaign) == {"deferred": 3}
    control.resume(campaign, at=clock.now(), by=MARA)
    for _ in range(3):
        run_campaign(campaign)
    assert messages(campaign) == {"sent": 6}
    assert campaign.state == S.FINISHED


def test_stopping_withdraws_and_accounts_for_everybody(run_campaign: Callable[[Campaign], Campaign], monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip # noqa: E501
    monkeypatch.setattr(feeding, "MOST_OPEN", 2)
    make_contacts(6)
    campaign = make_campaign()
    look_after_all()
    assert control.cancel(campaign, at=clock.now(), by=MARA) == 2
    run_campaign(campaign)
    assert messages(campaign) == {"cancelled": 2}
    written = receipt(campaign)
    assert written.is_balanced
    assert written.count("never_fed") == 4
    assert {line.key: line.count for line in written.not_sent} == {"cancelled": 2, "never_fed": 4}
    assert Hold.objects.get(pk=campaign.source).state == Hold.State.CANCELLED


def test_two_who_press_send_begin_it_once() -> None:
    make_contacts(2)
    campaign = make_campaign()
    starting.begin(campaign, at=clock.now(), by=MARA)
    with pytest.raises(Refused, match="freezing by now"):
        starting.begin(campaign, at=clock.now(), by=Actor(id=2, name="nora"))
    look_after_all()
    assert messages(campaign) == {"queued": 2}
    assert AuditEntry.objects.filter(subject=campaign.source, action="began").count() == 1


def test_a_deleted_list_pauses_it_and_says_why() -> None:
    one = make_list(make_contacts(2))
    campaign = make_campaign(audience={"lists": [one.pk]})
    one.delete()
    look_after_all()
    campaign.refresh_from_db()
    assert campaign.state == S.PAUSED
    assert "was deleted" in campaign.state_reason


def test_an_audience_of_nobody_ends_at_once() -> None:
    campaign = make_campaign(canary_size=5)
    look_after_all()
    campaign.refresh_from_db()
    assert campaign.state == S.FINISHED
    assert receipt(campaign).total == 0


def test_somebody_erased_between_freezing_and_feeding_is_accounted_for(
    run_campaign: Callable[[Campaign], Campaign],
) -> None:
    people, campaign = make_contacts(2), make_campaign()
    starting.start_due()
    looking_after.freeze_waiting()
    Contact.objects.filter(pk=people[0].pk).update(address=None, email="", erased_at=clock.now())
    run_campaign(campaign)
    assert messages(campaign) == {"sent": 1, "skipped": 1}
    assert not Outbox.objects.exists()
    assert receipt(campaign).is_balanced


def test_a_bad_trial_pauses_it_and_a_person_lets_it_go_on() -> None:
    make_contacts(30)
    campaign = make_campaign(canary_size=20)
    look_after_all()
    assert messages(campaign) == {"queued": 20}
    Outbox.objects.all().delete()
    first = Message.objects.filter(source=campaign.source)
    first.update(state="sent", sent_at=clock.now())
    look_after_all()
    assert messages(campaign) == {"sent": 20}  # it waits for what becomes of them
    Message.objects.filter(pk__in=list(first.values_list("pk", flat=True)[:3])).update(bounced_at=clock.now())
    look_after_all()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.state_reason) == (
        S.PAUSED,
        "The trial stopped it: 3 of 20 bounced, more than 5 %.",
    )
    control.resume(campaign, at=clock.now(), by=MARA)
    look_after_all()
    assert messages(campaign) == {"sent": 20, "queued": 10}


def test_a_good_trial_goes_on_by_itself_after_its_time() -> None:
    make_contacts(30)
    campaign = make_campaign(canary_size=20)
    look_after_all()
    Outbox.objects.all().delete()
    Message.objects.filter(source=campaign.source).update(state="sent", sent_at=clock.now())
    look_after_all()
    with clock.shifted(timedelta(minutes=31)):
        look_after_all()
    assert messages(campaign) == {"sent": 20, "queued": 10}


def test_failed_mails_are_tried_again_as_the_next_generation(run_campaign: Callable[[Campaign], Campaign]) -> None:
    make_contacts(3)
    campaign = make_campaign()
    look_after_all()
    ids = list(Outbox.objects.order_by("pk").values_list("pk", flat=True))
    end_as_dead(ids[:2], cause="out_of_tries")
    run_campaign(campaign)
    assert campaign.state == S.FINISHED
    assert messages(campaign) == {"sent": 1, "dead": 2}
    assert control.retry_failed(campaign, at=clock.now(), by=MARA).replayed == 2
    run_campaign(campaign)
    assert campaign.state == S.FINISHED
    assert messages(campaign) == {"sent": 3}
    assert set(Message.objects.filter(pk__in=ids[:2]).values_list("generation", flat=True)) == {2}


def test_each_zone_gets_it_by_its_own_clock() -> None:
    day = datetime(2027, 6, 1, tzinfo=UTC)
    for zone in ("Asia/Tokyo", "America/New_York", ""):
        make_contacts(1, domain=f"{zone.rpartition('/')[2].lower() or 'none'}.example")
        Contact.objects.filter(time_zone="").update(time_zone=zone)
    campaign = make_campaign(schedule="local", local_date=day.date(), local_time=time(9))
    look_after_all()
    due = dict(CampaignRecipient.objects.filter(campaign=campaign).values_list("contact__time_zone", "due_at"))
    assert due == {
        "Asia/Tokyo": day, "America/New_York": day.replace(hour=13), "": day.replace(hour=9),
    }  # fmt: skip
    assert not messages(campaign)
    with clock.shifted(day - clock.now() + timedelta(minutes=1)):
        look_after_all()
        assert messages(campaign) == {"queued": 1}


def test_people_get_the_version_of_their_language() -> None:
    people = make_contacts(3)
    for person, locale in zip(people, ("de", "de_CH", "fr"), strict=True):
        Contact.objects.filter(pk=person.pk).update(locale=locale)
    campaign = make_campaign()
    german = TemplateVersion.objects.get()
    german.pk, german.number, german.locale, german._state.adding = new_id(), 2, "de", True
    german.save()
    Campaign.objects.filter(pk=campaign.pk).update(versions={**campaign.versions, "de": str(german.pk)})
    look_after_all()
    found = Message.objects.filter(source=campaign.source).order_by("contact_id").values_list("template_ref", flat=True)
    assert list(found) == ["spring@2", "spring@2", "spring@1"]
