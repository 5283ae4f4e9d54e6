"""What do the campaign screens show and do, for whom?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from campaigns.audience.estimating import estimate
from campaigns.audit import CLOCK
from campaigns.models import AuditEntry, Campaign
from campaigns.sending import control
from campaigns.sending.states import S
from config import clock
from notifications.delivery.models import PoolMember, Provider
from preferences.choices import choose
from preferences.models import Choice, Contact
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, make_draft, make_list, news_topic
from tests.conftest import do_all_work
from tests.people import make_contacts

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

QUIET = {"HX-Request": "true"}


@pytest.fixture
def run_campaign(providers: object) -> Callable[[Campaign], Campaign]:
    """Send a due campaign to its end, workers and all."""

    def run(campaign: Campaign) -> Campaign:
        look_after_all()
        do_all_work()
        look_after_all()
        campaign.refresh_from_db()
        return campaign

    return run


@pytest.fixture(autouse=True)
def _account(settings: Any) -> None:
    settings.POSTRIDER_SELF_APPROVAL = False
    account = Provider.objects.create(key="sim", kind="mailgun", name="Simulated", is_simulated=True)
    PoolMember.objects.create(stream="marketing", provider=account)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def written(campaign: Campaign, **changes: Any) -> dict[str, Any]:
    return {"name": campaign.name, "topic": campaign.topic_id or "", "template": campaign.template_id or "",
            "schedule": "now", "is_everybody": "on", "revision": campaign.revision, **changes}  # fmt: skip


def test_without_campaigns_it_teaches(boss: Client) -> None:
    assert "one mail to many people" in page(boss, "/campaigns/")


def test_a_draft_is_made_and_saved_by_itself(boss: Client) -> None:
    response = boss.post("/campaigns/new/", {"name": "Spring sale"})
    campaign = Campaign.objects.get()
    assert response["Location"] == f"/campaigns/{campaign.pk}/"
    assert "saved by itself" in page(boss, response["Location"])
    people = make_list(make_contacts(2))
    saved = boss.post(
        f"/campaigns/{campaign.pk}/save/", written(campaign, lists=[people.pk], name="May sale"), headers=QUIET
    )
    assert 'value="2"' in saved.content.decode()
    campaign.refresh_from_db()
    assert (campaign.name, campaign.audience["lists"]) == ("May sale", [people.pk])


def test_a_stale_save_is_refused_and_said(boss: Client) -> None:
    campaign = make_draft(revision=3)
    saved = boss.post(f"/campaigns/{campaign.pk}/save/", written(campaign, revision=2, name="Lost"), headers=QUIET)
    assert "Somebody else saved this campaign" in saved.content.decode()
    assert Campaign.objects.get().name == "Spring sale"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schedule": "recurring", "cron": "every day"}, "five fields"),
        ({"canary_size": "3"}, "greater than or equal to 20"),
        ({"name": ""}, "required"),
        ({"lists": ["999"]}, "999"),
        ({"holdout_percent": "80"}, "less than or equal to 50"),
    ],
)
def test_what_cannot_be_saved_is_said(boss: Client, changes: dict[str, Any], said: str) -> None:
    campaign = make_draft()
    for headers in (QUIET, {}):
        saved = boss.post(f"/campaigns/{campaign.pk}/save/", written(campaign, **changes), headers=headers)
        assert said in saved.content.decode()
    assert AuditEntry.objects.filter(action="edited").count() == 0


def test_the_waterfall_counts_and_shows_people(boss: Client) -> None:
    people = make_contacts(3)
    choose(people[0], Choice.Frequency.NEVER, topic=news_topic(), source="test")
    campaign = make_draft()
    shown = page(boss, f"/campaigns/{campaign.pk}/audience/")
    assert "Unsubscribed or paused" in shown
    assert "to 2 people of everybody, as soon as it is approved." in shown
    assert "person0@example.com" in page(boss, f"/campaigns/{campaign.pk}/audience/unsubscribed/")
    assert "person0@example.com" not in page(boss, f"/campaigns/{campaign.pk}/audience/gets/")


def test_an_unfinished_draft_says_what_comes_first(boss: Client) -> None:
    campaign = make_draft(topic=None)
    assert "Choose a topic first" in page(boss, f"/campaigns/{campaign.pk}/audience/")
    campaign = make_draft(audience={})
    assert "Choose whom you mean" in page(boss, f"/campaigns/{campaign.pk}/audience/")
    assert "Must be mended" in page(boss, f"/campaigns/{campaign.pk}/checks/")


def test_the_preview_is_of_the_contact_asked_for(boss: Client, ada: Contact) -> None:
    campaign = make_draft()
    path = f"/campaigns/{campaign.pk}/preview/"
    assert "Spring, Ada" in page(boss, f"{path}?as=ada@example.com")
    assert "There is no contact" in page(boss, f"{path}?as=nobody@example.com")


def test_many_are_sent_to_only_when_the_number_is_typed(boss: Client) -> None:
    make_contacts(3)
    campaign = make_draft(state="in_review")
    estimate(campaign, at=clock.now())
    shown = page(boss, f"/campaigns/{campaign.pk}/audience/")
    assert "type 3 to confirm" in shown
    assert "Approve, and send to 3 people now" in shown
    given = {"revision": campaign.revision, "shown": 3}
    refused = boss.post(f"/campaigns/{campaign.pk}/do/approve/", {**given, "typed": "4"}, follow=True)
    assert "type the number 3" in refused.content.decode()
    assert Campaign.objects.get().state == S.IN_REVIEW


def test_the_author_is_told_that_somebody_else_must_approve(somebody: Callable[..., Client]) -> None:
    both = somebody("marketer", "approver")
    campaign = make_draft(state="in_review", asked_by_id=int(both.session["_auth_user_id"]))
    assert "somebody else must give it" in page(both, f"/campaigns/{campaign.pk}/audience/")
    said = both.post(f"/campaigns/{campaign.pk}/do/approve/", {"revision": 1}, follow=True).content.decode()
    assert "somebody else must give it" in said
    assert Campaign.objects.get().state == S.IN_REVIEW


def test_a_running_campaign_shows_its_progress_and_is_paused_and_resumed(boss: Client) -> None:
    make_contacts(4)
    campaign = make_campaign()
    look_after_all()
    path = f"/campaigns/{campaign.pk}/"
    assert "of 4 done" in page(boss, path)
    assert "0 of 4" in page(boss, "/campaigns/")
    boss.post(f"{path}do/pause/")
    assert "Resume: 4 people are still to get it" in page(boss, path)
    boss.post(f"{path}do/resume/")
    campaign.refresh_from_db()
    assert campaign.state == S.SENDING


def test_the_receipt_lists_everybody_and_its_lines_lead_to_them(
    boss: Client, run_campaign: Callable[[Campaign], Campaign]
) -> None:
    people = make_contacts(4)
    choose(people[0], Choice.Frequency.NEVER, topic=news_topic(), source="test")
    campaign = run_campaign(make_campaign())
    shown = page(boss, f"/campaigns/{campaign.pk}/")
    assert "4 people, and everybody is accounted for" in shown
    log = f"/messages/?source=campaign%3A{campaign.pk}&amp;state=sent"
    assert log in shown
    listed = page(boss, log.replace("&amp;", "&"))
    assert "person0@" not in listed
    assert "person1@" in listed
    assert "person0@" in page(boss, f"/campaigns/{campaign.pk}/people/?reason=topic_off")


def test_a_stopped_campaign_lists_who_never_got_it(boss: Client) -> None:
    make_contacts(2)
    campaign = make_campaign(throttle_per_hour=60)
    look_after_all()
    control.cancel(campaign, at=clock.now(), by=CLOCK)
    assert "Never handed over" in page(boss, f"/campaigns/{campaign.pk}/")
    assert "person1@" in page(boss, f"/campaigns/{campaign.pk}/people/?reason=never_fed")


def test_a_missed_one_asks(boss: Client) -> None:
    make_contacts(1)
    campaign = make_campaign(state="missed", schedule="at")
    estimate(campaign, at=clock.now())
    assert "Send it now all the same" in page(boss, f"/campaigns/{campaign.pk}/audience/")
    boss.post(f"/campaigns/{campaign.pk}/do/send-missed/")
    campaign.refresh_from_db()
    assert campaign.state == S.FREEZING


def test_a_copy_is_a_draft(boss: Client) -> None:
    campaign = make_campaign()
    told = boss.post(f"/campaigns/{campaign.pk}/do/copy/", follow=True).content.decode()
    copy = Campaign.objects.get(name="Spring sale (copy)")
    assert f'Copied: <a class="pr-link" href="/campaigns/{copy.pk}/">Spring sale (copy)</a> is a draft.' in told
    assert (copy.state, copy.audience, copy.versions) == (S.DRAFT, campaign.audience, {})


def test_the_audit_log_shows_who_changed_what(boss: Client) -> None:
    campaign = make_draft()
    boss.post(f"/campaigns/{campaign.pk}/save/", written(campaign, name="May sale"))
    shown = page(boss, f"/audit/?subject={campaign.source}")
    assert "Spring sale</del>" in shown
    assert "boss" in shown


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("marketer", {"ask", "take-back", "pause", "cancel", "copy"}),
     ("approver", {"approve", "take-back", "pause", "resume", "cancel", "send-missed", "retry"}),
     ("support", set()), ("developer", set())],
)  # fmt: skip
def test_each_role_may_do_its_part(somebody: Callable[..., Client], role: str, allowed: set[str]) -> None:
    client, campaign = somebody(role), make_draft()
    acts = ("ask", "take-back", "approve", "pause", "resume", "cancel", "send-missed", "retry", "copy")
    found = {one for one in acts if client.post(f"/campaigns/{campaign.pk}/do/{one}/").status_code != 403}
    assert found == allowed
    assert client.get(f"/campaigns/{campaign.pk}/").status_code == 200


def test_strangers_see_nothing(visitor: Client) -> None:
    for path in ("/campaigns/", "/audit/", f"/campaigns/{make_draft().pk}/"):
        assert visitor.get(path).status_code == 302


def test_support_sees_no_audit_log(somebody: Callable[..., Client]) -> None:
    assert somebody("support").get("/audit/").status_code == 403


def test_many_saves_are_one_line_of_who_did_what(boss: Client) -> None:
    campaign = make_draft()
    for revision in (1, 2, 3):
        boss.post(f"/campaigns/{campaign.pk}/save/", written(campaign, revision=revision, name=f"Sale {revision}"))
    assert "edited 3 times, last" in page(boss, f"/campaigns/{campaign.pk}/")


@pytest.mark.parametrize(
    ("state", "schedule", "said"),
    [
        ("scheduled", {"schedule": "at", "starts_at": datetime(2027, 5, 3, 7, 30, tzinfo=UTC)},
         "It goes on Monday, 3 May 2027 at 07:30 (UTC)."),
        ("repeating", {"schedule": "recurring", "cron": "0 9 * * 1"}, "It goes every Monday at 09:00 (UTC), next on"),
    ],
)  # fmt: skip
def test_one_that_waits_says_first_of_all_when_it_goes(
    boss: Client, state: str, schedule: dict[str, Any], said: str
) -> None:
    campaign = make_campaign(state=state, **schedule)
    assert said in page(boss, f"/campaigns/{campaign.pk}/")


def test_a_repetition_may_be_chosen_before_it_is_written(boss: Client) -> None:
    campaign = make_draft()
    saved = boss.post(f"/campaigns/{campaign.pk}/save/", written(campaign, schedule="recurring"), headers=QUIET)
    assert 'value="2"' in saved.content.decode()
    assert "Write five fields" in page(boss, f"/campaigns/{campaign.pk}/checks/")
