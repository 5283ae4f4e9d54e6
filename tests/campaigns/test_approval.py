"""Does nothing go that a second person has not seen as it is?"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from campaigns.audience.estimating import estimate, sample_people
from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign
from campaigns.planning import approval, editing
from campaigns.planning.checks import check, find_stops
from campaigns.planning.sentences import is_for_everybody, say_plan
from campaigns.sending.states import Refused, S
from config import clock
from notifications.compose.models import Publication
from notifications.delivery.models import PoolMember, Provider
from tests.campaigns.making import make_draft, make_list, news_topic
from tests.people import make_contacts
from tests.types import publish_template

pytestmark = [pytest.mark.req("P5"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _strict(settings: Any) -> None:
    settings.POSTRIDER_SELF_APPROVAL = False
    account = Provider.objects.create(key="sim", kind="mailgun", name="Simulated", is_simulated=True)
    PoolMember.objects.create(stream="marketing", provider=account)


def staff(name: str) -> Actor:
    user = User.objects.get_or_create(username=name)[0]
    return Actor(id=user.pk, name=name)


def ready(**fields: Any) -> Campaign:
    """A draft without anything to mend."""
    body = (
        "<mj-text>Spring has come, and with it {{ brand.address }}</mj-text><mj-text>"
        '<a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
    )
    version = publish_template("ready", subject="Spring is here", body=body)
    make_contacts(3)
    return make_draft(template=version.template, **fields)


def asked(**fields: Any) -> Campaign:
    campaign = ready(**fields)
    approval.ask(campaign, by=staff("mara"), at=clock.now())
    campaign.refresh_from_db()
    return campaign


def test_nobody_approves_their_own() -> None:
    campaign = asked()
    with pytest.raises(approval.NotAllowed):
        approval.approve(campaign.pk, revision=campaign.revision, by=staff("mara"), at=clock.now())
    campaign.refresh_from_db()
    assert campaign.state == S.IN_REVIEW


def test_unless_the_settings_allow_it(settings: Any) -> None:
    settings.POSTRIDER_SELF_APPROVAL = True
    campaign = asked()
    assert approval.approve(campaign.pk, revision=1, by=staff("mara"), at=clock.now()).state == S.FREEZING


def test_a_second_person_sends_it_and_versions_are_pinned() -> None:
    campaign = asked()
    sent = approval.approve(campaign.pk, revision=1, by=staff("ari"), at=clock.now())
    assert sent.state == S.FREEZING
    assert sent.versions == {"": str(Publication.objects.get(template=campaign.template).version_id)}


def test_a_second_press_is_refused_and_changes_nothing() -> None:
    campaign = asked()
    approval.approve(campaign.pk, revision=1, by=staff("ari"), at=clock.now())
    with pytest.raises(Refused, match="freezing by now"):
        approval.approve(campaign.pk, revision=1, by=staff("bo"), at=clock.now())
    assert AuditEntry.objects.filter(action="approved").count() == 1


def test_an_edit_after_approval_sends_it_back_with_a_diff() -> None:
    campaign = asked(schedule="at", starts_at=clock.now() + timedelta(days=1))
    approval.approve(campaign.pk, revision=1, by=staff("ari"), at=clock.now())
    editing.save(campaign.pk, {"name": "Summer sale"}, revision=1, by=staff("ari"), at=clock.now())
    campaign.refresh_from_db()
    assert (campaign.state, campaign.versions, campaign.approved_by_id) == (S.IN_REVIEW, {}, None)
    entry = AuditEntry.objects.get(action="edited")
    assert (entry.before, entry.after, entry.actor) == ({"name": "Spring sale"}, {"name": "Summer sale"}, "ari")
    with pytest.raises(approval.NotAllowed):
        approval.approve(campaign.pk, revision=2, by=staff("ari"), at=clock.now())


def test_what_was_edited_meanwhile_is_not_approved() -> None:
    campaign = asked()
    editing.save(campaign.pk, {"holdout_percent": 5}, revision=1, by=staff("mara"), at=clock.now())
    with pytest.raises(editing.Stale):
        approval.approve(campaign.pk, revision=1, by=staff("ari"), at=clock.now())


def test_two_editors_do_not_overwrite_each_other() -> None:
    campaign = ready()
    editing.save(campaign.pk, {"name": "One"}, revision=1, by=staff("mara"), at=clock.now())
    with pytest.raises(editing.Stale):
        editing.save(campaign.pk, {"name": "Two"}, revision=1, by=staff("nora"), at=clock.now())
    campaign.refresh_from_db()
    assert campaign.name == "One"


@pytest.mark.parametrize("state", ["freezing", "sending", "paused", "finished", "cancelled"])
def test_what_is_being_sent_cannot_be_edited(state: str) -> None:
    campaign = make_draft(state=state)
    with pytest.raises(Refused, match="cannot be edited"):
        editing.save(campaign.pk, {"name": "Other"}, revision=1, by=staff("mara"), at=clock.now())


def test_the_database_refuses_to_change_the_audit_log() -> None:
    entry = AuditEntry.objects.get(subject=editing.create("New", by=staff("mara")).source)
    for act in (lambda: AuditEntry.objects.update(action="nothing"), entry.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


def stops(campaign: Campaign) -> set[str]:
    return {one.code for one in find_stops(campaign, at=clock.now())}


def test_a_complete_draft_has_nothing_to_mend() -> None:
    assert stops(ready()) == set()


def test_an_empty_draft_says_all_that_is_missing() -> None:
    campaign = editing.create("New", by=staff("mara"))
    assert stops(campaign) == {"no_topic", "audience", "no_template"}
    with pytest.raises(Refused, match="cannot be sent yet"):
        approval.ask(campaign, by=staff("mara"), at=clock.now())


def test_a_schedule_in_the_past_is_refused() -> None:
    assert stops(ready(schedule="at", starts_at=clock.now() - timedelta(hours=1))) == {"schedule"}
    assert stops(make_draft(schedule="local", local_date=date(2020, 1, 1), local_time=time(9))) >= {"schedule"}


def test_a_retired_template_is_refused() -> None:
    campaign = ready()
    Publication.objects.all().delete()
    assert stops(campaign) == {"not_published"}


def test_a_template_that_needs_an_event_is_named() -> None:
    findings = check(make_draft(template=publish_template("parcel").template), at=clock.now())
    assert any("payload.number" in one.sentence for one in findings)


def test_an_audience_of_nobody_is_refused() -> None:
    campaign = ready(audience={"lists": [make_list([]).pk]})
    estimate(campaign, at=clock.now())
    campaign.refresh_from_db()
    assert stops(campaign) == {"nobody"}


def test_an_unfit_domain_stops_it_where_mail_is_real() -> None:
    campaign = ready()
    Provider.objects.update(is_simulated=False)
    assert stops(campaign) == {"domain"}


def test_the_estimate_adds_up_and_shows_people() -> None:
    people = make_contacts(4)
    one, two = make_list(people[:3], "one"), make_list(people[2:], "two")
    campaign = make_draft(audience={"lists": [one.pk, two.pk], "without_lists": [two.pk]}, topic=news_topic())
    found = estimate(campaign, at=clock.now())
    assert (found.selected, found.gets, found.named_twice) == (4, 2, 1)
    assert [(level.key, level.taken, level.left) for level in found.levels] == [("excluded", 2, 2)]
    assert {one.pk for one in sample_people(campaign, "excluded", at=clock.now())} == {one.pk for one in people[2:]}
    assert {one.pk for one in sample_people(campaign, "gets", at=clock.now())} == {one.pk for one in people[:2]}
    assert sample_people(campaign, "suppressed", at=clock.now()) == []


def test_the_plan_is_one_sentence_with_its_numbers() -> None:
    campaign = ready(throttle_per_hour=1, canary_size=2, holdout_percent=0)
    found = estimate(campaign, at=clock.now())
    plan = say_plan(campaign, found, at=clock.now())
    assert plan.startswith("Sends “Spring sale” (ready@1) to 3 people of everybody, as soon as it is approved.")
    assert "The first 2 go on trial" in plan
    assert "takes about 3 hours" in plan
    assert is_for_everybody(campaign, found)
