"""Does the first page say which campaigns need somebody, which go, which come next, and how the last ones did?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns import glance
from config import clock
from notifications.delivery.models import Breaker, PoolMember, Provider
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign, make_draft
from tests.people import make_contacts
from tests.results import make_mail, take_in, tell
from tracking.figures.sweeping import refresh_figures

pytestmark = [pytest.mark.django_db, pytest.mark.req("C4")]


def found() -> glance.Glance:
    return glance.look(at=clock.now())


def test_with_nothing_to_say_it_is_not_there(boss: Client) -> None:
    assert found().is_empty
    assert "No campaign needs anybody" not in boss.get("/").content.decode()


def test_what_stands_still_says_why_and_leads_there(boss: Client) -> None:
    make_draft(name="Unseen", state="in_review")
    make_draft(name="Too late", state="missed", state_reason="It was to begin 90 minutes ago, and nothing ran then.")
    stopped = make_draft(name="Bad list", state="paused", state_reason="trial: 9 of 20 bounced, more than 5 %")
    make_draft(name="By hand", state="paused")
    concerns = {one.what: one for one in found().concerns}
    assert {name: (one.tone, one.badge) for name, one in concerns.items()} == {
        "Unseen": ("warn", "to approve"), "Too late": ("bad", "missed"), "Bad list": ("bad", "paused"),
        "By hand": ("warn", "paused"),
    }  # fmt: skip
    assert concerns["Bad list"].why == "stopped itself on trial: 9 of 20 bounced, more than 5 %"
    assert concerns["Bad list"].url == f"/campaigns/{stopped.pk}/"
    assert "Nothing was sent" in boss.get("/").content.decode()


def test_an_account_that_is_left_alone_is_a_concern() -> None:
    make_draft()
    for number in range(2):
        account = Provider.objects.create(key=f"p{number}", kind="mailgun", name=f"Account {number}")
        PoolMember.objects.create(stream="marketing", provider=account)
    Breaker.objects.create(provider=Provider.objects.get(key="p0"), stream="marketing", state="open")
    [concern] = found().concerns
    assert (concern.tone, concern.what) == ("warn", "Account 0")
    Breaker.objects.create(provider=Provider.objects.get(key="p1"), stream="marketing", state="half_open")
    [concern] = found().concerns
    assert (concern.tone, "campaigns wait" in concern.why) == ("bad", True)


def test_one_that_goes_shows_how_far_it_is(boss: Client, providers: object) -> None:
    make_contacts(4)
    make_campaign()
    look_after_all()
    [row] = found().going
    assert row.progress is not None
    assert row.progress.to_get == 4
    assert "0 of 4" in boss.get("/overview/").content.decode()


def test_what_comes_next_stands_in_its_order_with_its_own_clock() -> None:
    at = clock.now()
    local = {"schedule": "local", "local_date": date(2031, 5, 1), "local_time": time(9)}
    make_campaign(name="Later", starts_at=at + timedelta(days=9), **local)
    make_campaign(name="Mondays", state="repeating", schedule="recurring", cron="0 9 * * 1",
                  starts_at=at + timedelta(days=2))  # fmt: skip
    make_campaign(name="Soon", schedule="at", starts_at=at + timedelta(hours=1))
    said = {row.campaign.name: row.when for row in found().coming}
    assert list(said) == ["Soon", "Mondays", "Later"]
    assert said["Mondays"].startswith("every Monday at 09:00, next ")
    assert said["Later"].endswith("at 09:00 of each person's own day")


def test_the_last_five_are_held_against_the_median(boss: Client) -> None:
    for number in range(1, 8):
        made = make_draft(name=f"Mail {number}", state="finished")
        mails = [make_mail(one, source=made.source) for one in make_contacts(4, domain=f"d{number}.example")]
        take_in(*[tell(mail, "delivered", mail.created_at) for mail in mails],
                *[tell(mail, "opened", mail.created_at) for mail in mails[: 4 if number == 7 else 1]])  # fmt: skip
    refresh_figures()
    shown = found()
    assert (len(shown.results), shown.usual_of, shown.usual[1]) == (5, 7, "25.0 %")
    tones = {one.line.subject.title: one.rates[1][1:] for one in shown.results}
    assert tones.get("Mail 7", ("100.0 %", "good")) == ("100.0 %", "good")
    assert {tone for words, tone in tones.values() if words == "25.0 %"} == {"plain"}
    assert "Median of the last 7" in boss.get("/").content.decode()


def test_support_sees_it_and_who_has_no_role_does_not(somebody: Callable[..., Client]) -> None:
    make_draft(state="in_review")
    context: Any = somebody("support").get("/").context
    assert context["glance"]
    assert "Needs somebody" not in somebody().get("/").content.decode()


def test_many_campaigns_cost_no_more(boss: Client, django_assert_max_num_queries: Any) -> None:
    for state in ("missed", "in_review", "paused", "repeating"):
        for number in range(8):
            make_draft(name=f"{state} {number}", state=state, starts_at=clock.now(), schedule="at")
    with django_assert_max_num_queries(8):
        found()
