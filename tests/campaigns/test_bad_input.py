"""Is everything that makes no sense said clearly, and harmless? Audiences, schedules and edits that cannot be meant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.audience.estimating import estimate
from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign, Segment
from campaigns.planning import approval, editing
from campaigns.planning.checks import check
from campaigns.planning.sentences import is_for_everybody
from campaigns.planning.timing import say_when
from campaigns.sending import control
from campaigns.sending.states import Refused, S
from config import clock
from notifications.delivery.models import PoolMember, Provider
from preferences.models import Attribute, Contact, ContactList
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, make_draft, make_list
from tests.people import make_contacts
from tests.types import publish_template
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

MARA = Actor(name="mara")


@pytest.fixture(autouse=True)
def _account() -> None:
    account = Provider.objects.create(key="sim", kind="mailgun", name="Simulated", is_simulated=True)
    PoolMember.objects.create(stream="marketing", provider=account)


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss"))
    return client


def plan_is(value: str) -> dict[str, Any]:
    return {"type": "text_attribute", "key": "plan", "values": [value]}


def segment_of(*parts: dict[str, Any], name: str = "Pros") -> Segment:
    Attribute.objects.get_or_create(key="plan", defaults={"name": "Plan", "kind": "text"})
    rule = {"version": 1, "root": {"type": "group", "match": "all", "rules": list(parts)}}
    return Segment.objects.create(name=name, rule=rule)


def ready(**fields: Any) -> Campaign:
    """A draft without anything else to mend."""
    body = (
        "<mj-text>Spring has come, and with it {{ brand.address }}</mj-text><mj-text>"
        '<a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
    )
    version = publish_template("ready", subject="Spring is here", body=body)
    return make_draft(template=version.template, **fields)


def said_of(campaign: Campaign) -> dict[str, str]:
    return {one.code: one.sentence for one in check(campaign, at=clock.now())}


def reread(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


class TestAudiences:
    def test_rules_that_contradict_each_other_reach_nobody_and_are_stopped(self) -> None:
        for plan in ("pro", "free"):
            Contact.objects.filter(pk=make_contacts(1, domain=f"{plan}.example")[0].pk).update(
                attributes={"plan": plan}
            )
        campaign = ready(audience={"segments": [segment_of(plan_is("pro"), plan_is("free")).pk]})
        assert estimate(campaign, at=clock.now()).gets == 0
        assert said_of(reread(campaign))["nobody"] == "Nobody would get it."
        with pytest.raises(Refused, match="It cannot be sent yet: Nobody would get it"):
            approval.ask(reread(campaign), by=MARA, at=clock.now())

    def test_whom_it_takes_in_and_out_again_is_nobody(self) -> None:
        spring = make_list(make_contacts(2))
        campaign = ready(audience={"lists": [spring.pk], "without_lists": [spring.pk]})
        found = estimate(campaign, at=clock.now())
        assert (found.selected, found.gets) == (2, 0)
        assert "nobody" in said_of(reread(campaign))

    @pytest.mark.parametrize(("left_out", "is_everybody"), [(0, True), (1, True), (4, False)])
    def test_everybody_is_everybody_though_many_may_not_get_it(self, left_out: int, is_everybody: bool) -> None:
        people = make_contacts(20)
        Contact.objects.filter(pk__in=[one.pk for one in people[:8]]).update(is_unconfirmed=True)
        without = make_list(people[20 - left_out :])
        campaign = ready(audience={"everybody": True, "without_lists": [without.pk]})
        found = estimate(campaign, at=clock.now())
        assert found.gets == 12 - left_out
        assert is_for_everybody(campaign, found) is is_everybody

    def test_a_segment_that_is_gone_is_named_before_the_approval(self) -> None:
        pros = segment_of(plan_is("pro"))
        campaign = ready(audience={"segments": [pros.pk]})
        pros.delete()
        assert said_of(campaign)["audience"] == (
            "A segment of this audience was deleted: take it out, or choose another."
        )

    def test_a_segment_that_was_put_away_is_a_warning(self) -> None:
        pros = segment_of(plan_is("pro"))
        campaign = ready(audience={"segments": [pros.pk]})
        Segment.objects.filter(pk=pros.pk).update(archived_at=clock.now())
        assert said_of(campaign)["segment_archived"] == "The segment “Pros” was put away."

    @pytest.mark.parametrize("part", ["segments", "without_segments"])
    def test_one_that_goes_after_the_approval_pauses_it_and_nothing_leaves(self, part: str) -> None:
        everybody = make_list(make_contacts(2))
        pros = segment_of(plan_is("pro"))
        campaign = make_campaign(audience={"lists": [everybody.pk], part: [pros.pk]})
        pros.delete()
        look_after_all()
        assert reread(campaign).state == S.PAUSED
        assert "segment of this audience was deleted" in reread(campaign).state_reason
        assert not Message.objects.exists()

    def test_an_attribute_that_goes_pauses_it_and_it_goes_on_when_the_rule_is_mended(self) -> None:
        people = make_contacts(2)
        pros = segment_of(plan_is("pro"))
        campaign = make_campaign(audience={"segments": [pros.pk]})
        Attribute.objects.filter(key="plan").delete()
        look_after_all()
        assert "The segment “Pros” cannot be read: There is no attribute" in reread(campaign).state_reason
        Segment.objects.filter(pk=pros.pk).update(rule={})
        control.resume(reread(campaign), at=clock.now(), by=MARA)
        look_after_all()
        assert Message.objects.filter(source=campaign.source).count() == len(people)

    def test_the_builder_says_what_is_gone(self, boss: Client) -> None:
        spring = make_list(make_contacts(1))
        campaign = ready(audience={"lists": [spring.pk]})
        ContactList.objects.all().delete()
        shown = boss.get(f"/campaigns/{campaign.pk}/audience/").content.decode()
        assert "A list of this audience was deleted: take it out, or choose another." in shown


class TestSchedules:
    def test_a_time_that_passes_during_the_review_is_refused_at_the_approval(self) -> None:
        make_contacts(1)
        campaign = ready(schedule="at", starts_at=clock.now() + timedelta(minutes=5))
        approval.ask(campaign, by=MARA, at=clock.now())
        with clock.shifted(timedelta(minutes=10)), pytest.raises(Refused, match="has passed: choose another"):
            approval.approve(campaign.pk, revision=1, by=Actor(name="ari"), at=clock.now())
        assert reread(campaign).state == S.IN_REVIEW

    def test_one_that_is_moved_while_scheduled_goes_at_no_time_but_the_approved(self) -> None:
        make_contacts(1)
        campaign = ready(schedule="at", starts_at=clock.now() + timedelta(hours=1))
        approval.ask(campaign, by=MARA, at=clock.now())
        approval.approve(campaign.pk, revision=1, by=Actor(name="ari"), at=clock.now())
        later = clock.now() + timedelta(hours=5)
        editing.save(campaign.pk, {"starts_at": later}, revision=1, by=MARA, at=clock.now())
        assert reread(campaign).state == S.IN_REVIEW
        with clock.shifted(timedelta(hours=2)):
            look_after_all()
            assert not Message.objects.exists()
            approval.approve(campaign.pk, revision=2, by=Actor(name="ari"), at=clock.now())
            look_after_all()
            assert not Message.objects.exists()
        with clock.shifted(timedelta(hours=5, minutes=1)):
            look_after_all()
        assert Message.objects.count() == 1

    def test_when_the_company_moves_the_moment_stays_and_is_said_by_the_new_clock(self, settings: Any) -> None:
        settings.POSTRIDER_TIME_ZONE = "Europe/Oslo"
        campaign = make_campaign(schedule="at", starts_at=clock.now().replace(hour=12, minute=0) + timedelta(days=1))
        before = say_when(campaign, at=clock.now())
        settings.POSTRIDER_TIME_ZONE = "Asia/Tokyo"
        assert "(Europe/Oslo)" in before
        assert "at 21:00 (Asia/Tokyo)" in say_when(campaign, at=clock.now())


class TestEdits:
    def post(self, client: Client, campaign: Campaign, **headers: str) -> str:
        given = {"name": "Other", "schedule": "now", "is_everybody": "on", "revision": campaign.revision}
        answer = client.post(f"/campaigns/{campaign.pk}/save/", given, headers=headers, follow=True)
        return answer.content.decode()

    def test_what_leaves_is_not_edited_and_the_page_says_so(self, boss: Client) -> None:
        make_contacts(1)
        campaign = make_campaign()
        look_after_all()
        for headers in ({}, {"HX-Request": "true"}):
            assert "it cannot be edited any more" in self.post(boss, campaign, **headers)
        assert reread(campaign).name == "Spring sale"
        assert not AuditEntry.objects.filter(action="edited").exists()

    def test_the_template_that_leaves_is_the_one_that_was_approved(self) -> None:
        make_contacts(1)
        make_campaign()
        publish_template("spring", subject="Autumn")
        look_after_all()
        assert Message.objects.get().template_ref == "spring@1"

    def test_a_list_that_grows_while_it_is_sent_changes_nothing(self) -> None:
        people = make_contacts(2)
        spring = make_list(people[:1])
        campaign = make_campaign(audience={"lists": [spring.pk]})
        look_after_all()
        spring.members.create(contact=people[1])
        look_after_all()
        assert Message.objects.filter(source=campaign.source).count() == 1
