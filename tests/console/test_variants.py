"""Are variants written, checked, looked at and chosen on screen?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.audience.estimating import estimate
from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign, CampaignRun
from campaigns.planning import approval
from campaigns.planning.checks import check
from campaigns.sending.figures import count_figures
from campaigns.sending.states import Refused, S
from config import clock
from notifications.compose.models import Publication, TemplateVersion
from notifications.delivery.models import PoolMember, Provider
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, make_draft, subjects
from tests.campaigns.test_approval import ready
from tests.console.test_campaigns import QUIET, page, written
from tests.people import make_contacts
from tests.types import publish_template
from tracking.figures.marking import mark_messages
from tracking.figures.sweeping import refresh_figures
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

TEST: dict[str, Any] = {"test_percent": 20, "test_metric": "clicks", "test_hours": 4, "test_ending": "by_itself"}


@pytest.fixture(autouse=True)
def _account(settings: Any) -> None:
    settings.POSTRIDER_SELF_APPROVAL = False
    account = Provider.objects.create(key="sim", kind="mailgun", name="Simulated", is_simulated=True)
    PoolMember.objects.create(stream="marketing", provider=account)


def save(client: Client, campaign: Campaign, change: str = "", **fields: Any) -> str:
    campaign.refresh_from_db()
    path = f"/campaigns/{campaign.pk}/save/" + (f"?change={change}" if change else "")
    response = client.post(path, written(campaign, **fields), headers=QUIET)
    campaign.refresh_from_db()
    assert response.status_code == 200
    return response.content.decode()


def codes(campaign: Campaign) -> set[str]:
    return {one.code for one in check(campaign, at=clock.now())}


def test_a_campaign_has_one_subject_field_and_no_test(boss: Client) -> None:
    shown = page(boss, f"/campaigns/{make_draft().pk}/")
    assert 'name="a-subject"' in shown
    assert "Spring, {{ contact.first_name }}" in shown
    assert 'name="b-subject"' not in shown
    assert "Test another subject or content" in shown


def test_a_variant_is_added_written_and_removed(boss: Client) -> None:
    campaign = make_draft()
    added = save(boss, campaign, "add", **{"a-subject": ""})
    assert 'name="b-subject"' in added
    assert 'hx-swap-oob="true"' in added
    assert len(campaign.variants) == 2
    other = publish_template("summer", subject="Summer").template
    told = save(boss, campaign, **{"a-subject": "", "b-subject": " Save \n now ", "b-template": other.pk, **TEST})
    assert campaign.variants[1] == {"subjects": {"": "Save now"}, "template_id": other.pk}
    assert 'placeholder="Summer"' in told  # its own template's subject
    save(boss, campaign, "add", **{"a-subject": "", "b-subject": "Save now", "c-subject": "", **TEST})
    save(boss, campaign, "remove-b", **{"a-subject": "", "b-subject": "Save now", "c-subject": "Third", **TEST})
    assert campaign.variants == [
        {"subjects": {}, "template_id": None}, {"subjects": {"": "Third"}, "template_id": None}
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="edited").first() is not None


def test_without_the_fields_nothing_of_it_is_changed(boss: Client) -> None:
    campaign = make_draft(variants=subjects("", "Save now"))
    save(boss, campaign, name="Another name")
    assert (campaign.name, len(campaign.variants)) == ("Another name", 2)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"b-subject": "{{ contact.first_name "}, "Variant B: Subject: "),
        ({"b-subject": "{{ contact.first_name | shout }}"}, "unknown filter"),
        ({"b-subject": "x" * 301}, "at most 300 characters"),
        ({"b-template": "999999"}, "Select a valid choice"),
        ({"test_percent": "0"}, "greater than or equal to 1"),
        ({"test_hours": ""}, "required"),
        ({"test_metric": "opens"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_saved_is_said(boss: Client, fields: dict[str, Any], said: str) -> None:
    campaign = make_draft(variants=subjects("", "Save now"))
    given = {"a-subject": "", "b-subject": "Save now", "b-template": "", **TEST, **fields}
    assert said in save(boss, campaign, **given)
    assert campaign.revision == 1
    plain = boss.post(f"/campaigns/{campaign.pk}/save/", written(campaign, **given))
    assert plain.status_code == 200


def test_there_are_no_more_than_five(boss: Client) -> None:
    campaign = make_draft(variants=subjects("", "2", "3", "4", "5"))
    fields = {f"{key}-subject": key for key in "abcde"}
    save(boss, campaign, "add", **fields, **TEST)
    assert len(campaign.variants) == 5
    assert "Add variant" not in page(boss, f"/campaigns/{campaign.pk}/")


def test_the_preview_is_of_the_variant_asked_for(boss: Client) -> None:
    campaign = make_draft(variants=subjects("", "Save now, {{ contact.first_name }}"))
    path = f"/campaigns/{campaign.pk}/preview/"
    assert "Spring, Ada" in page(boss, path)
    assert "Save now, Ada" in page(boss, f"{path}?variant=b")
    assert "Spring, Ada" in page(boss, f"{path}?variant=x")
    assert not TemplateVersion.objects.exclude(base=None).exists()  # looked at, not made


def test_the_plan_says_what_is_tested_and_what_it_would_see(boss: Client) -> None:
    make_contacts(10)
    campaign = make_draft(variants=subjects("", "Save now"))
    shown = page(boss, f"/campaigns/{campaign.pk}/audience/")
    assert "First 20 %, about 2 people, get A, B in equal shares, judged by who clicks" in shown
    assert "4 hours later the winner goes to the others by itself" in shown
    assert "About 1 get each variant: too few to tell anything." in shown


def test_identical_variants_are_refused(boss: Client) -> None:
    campaign = make_draft(variants=[{"subjects": {}}, {"subjects": {}}])
    assert "variants_same" in codes(campaign)
    assert "Variants A and B are the same mail." in page(boss, f"/campaigns/{campaign.pk}/checks/")
    as_written = make_draft(variants=subjects("", "Spring, {{ contact.first_name }}"))
    assert "variants_same" in codes(as_written)
    assert "variants_same" not in codes(make_draft(variants=subjects("", "Save now")))


def test_a_test_that_is_too_small_says_how_many_it_needs() -> None:
    make_contacts(10)
    campaign = make_draft(variants=subjects("", "Save now"))
    estimate(campaign, at=clock.now())
    campaign.refresh_from_db()
    found = next(one for one in check(campaign, at=clock.now()) if one.code == "test_small")
    assert "more than the audience has" in found.mend
    campaign.estimate = {"counts": {"": 1_000_000}}
    assert "test_small" not in codes(campaign)
    campaign.test_metric = "revenue"
    assert "test_small" not in codes(campaign)
    campaign.test_percent = 1
    assert any("50 purchases" in one.sentence for one in check(campaign, at=clock.now()))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"schedule": "local", "local_date": date(2030, 1, 1), "local_time": time(9)}, "test_local_time"),
        ({"schedule": "recurring", "cron": "0 9 * * *", "test_hours": 24}, "test_outlasts"),
        ({"canary_size": 200, "estimate": {"counts": {"": 1000}}}, "test_in_trial"),
        ({"throttle_per_hour": 50, "estimate": {"counts": {"": 1000}}}, "test_throttled"),
    ],
)
def test_what_a_test_cannot_go_with(fields: dict[str, Any], code: str) -> None:
    campaign = make_draft(variants=subjects("", "Save now"), **fields)
    assert code in codes(campaign)
    campaign.test_percent = 100  # nobody waits: all of these go
    assert code not in codes(campaign)


def test_a_variants_template_that_is_gone_stops_it() -> None:
    version = publish_template("summer", subject="Summer")
    variants = [{"subjects": {}}, {"subjects": {}, "template_id": version.template_id}]
    campaign = make_draft(variants=variants)
    assert "not_published" not in codes(campaign)
    Publication.objects.filter(template=version.template).delete()
    told = [one.sentence for one in check(campaign, at=clock.now()) if one.code == "not_published"]
    assert told == ["Variant B: The template “Summer” is not published any more, or never was."]
    version.template.versions.all().delete()
    version.template.delete()
    assert "template_gone" in codes(campaign)


def test_each_variants_mail_is_checked() -> None:
    campaign = make_draft(variants=subjects("", "RE: your order"))
    told = [one for one in check(campaign, at=clock.now()) if one.code == "subject_answer"]
    assert [one.sentence[:11] for one in told] == ["Variant B: "]


def test_a_language_without_the_subject_is_told() -> None:
    base = publish_template("spring", subject="Spring, {{ contact.first_name }}")
    Publication.objects.create(template=base.template, locale="de", version=base, author="tests")
    campaign = make_draft(variants=subjects("", "Save now"))
    assert "Who reads de gets the template's own subject in variant B." in [
        one.sentence for one in check(campaign, at=clock.now())
    ]


def test_an_approval_pins_every_variant() -> None:
    ari = Actor(id=User.objects.create_user("ari").pk, name="ari")
    campaign = ready(state="in_review", variants=[{"subjects": {}}, {"subjects": {}}])
    with pytest.raises(Refused, match="same mail"):
        approval.approve(campaign.pk, revision=1, by=ari, at=clock.now())
    Campaign.objects.filter(pk=campaign.pk).update(variants=subjects("", "Save now"))
    sent = approval.approve(campaign.pk, revision=1, by=ari, at=clock.now())
    [made] = TemplateVersion.objects.exclude(base=None)
    assert sent.variant_versions == {"b": {"": str(made.pk)}}
    assert (made.subject_source, made.author) == ("Save now", "ari")
    assert made.note == "Subject of the campaign “Spring sale”"
    assert made.base is not None
    assert sent.versions == {"": str(made.base_id)}


def running(**fields: Any) -> Campaign:
    """A test that has left, and of which people clicked."""
    make_contacts(60)
    campaign = make_campaign(variants=subjects("", "Save now"), test_percent=50, **fields)
    look_after_all()
    now = clock.now()
    Message.objects.filter(source=campaign.source).update(state="sent", sent_at=now)
    of_b = campaign.recipients.filter(variant="b").values("contact_id")
    Message.objects.filter(source=campaign.source, contact_id__in=of_b).update(clicked_at=now)
    CampaignRun.objects.filter(pk=campaign.pk).update(test_fed_at=now, test_until=now + timedelta(hours=4))
    count_figures(campaign, at=now)
    return campaign


def test_the_live_page_shows_each_variant_and_the_time_left(boss: Client) -> None:
    shown = page(boss, f"/campaigns/{running().pk}/")
    assert "Too early to tell" in shown or "B gets more clicks" in shown
    assert "people wait for the result" in shown
    assert "Send B to the rest" in shown
    assert "B: 100.0 %, between" in shown
    assert "Waiting for the result of the test" in shown


def test_only_an_approver_chooses(somebody: Callable[..., Client]) -> None:
    campaign = running()
    path = f"/campaigns/{campaign.pk}/do/choose/"
    marketer = somebody("marketer")
    assert "Send B to the rest" not in page(marketer, f"/campaigns/{campaign.pk}/")
    assert marketer.post(path, {"variant": "b"}).status_code == 403
    approver = somebody("marketer", "approver")
    for expected in ("The rest gets B.", "It was chosen already: the rest gets B."):
        assert expected in approver.post(path, {"variant": "b"}, follow=True).content.decode()
    assert AuditEntry.objects.filter(action="chose variant B for the rest").count() == 1


def test_the_page_asks_where_somebody_must_choose(boss: Client) -> None:
    campaign = running(test_ending="ask")
    CampaignRun.objects.filter(pk=campaign.pk).update(test_asked_at=clock.now())
    assert "wait until somebody chooses" in page(boss, f"/campaigns/{campaign.pk}/")
    assert "asks which variant the rest gets" in page(boss, "/campaigns/")


def test_numbers_lead_to_their_people(boss: Client) -> None:
    campaign = running()
    shown = page(boss, f"/campaigns/{campaign.pk}/people/?variant=b")
    assert "Variant B of the test" in shown
    rest = campaign.recipients.filter(variant="").count()
    assert f"{rest} people" in page(boss, f"/campaigns/{campaign.pk}/people/?reason=never_fed")


def test_the_report_shows_the_variants(boss: Client) -> None:
    campaign = running()
    mark_messages(Message.objects.values_list("pk", flat=True))
    refresh_figures()
    assert "Which variant is better?" in page(boss, f"/reports/of-source/{campaign.source}/")


def test_a_running_test_is_not_edited(boss: Client) -> None:
    campaign = running()
    assert "cannot be edited any more" in save(boss, campaign, "add", **{"a-subject": ""})
    assert campaign.state == S.SENDING
