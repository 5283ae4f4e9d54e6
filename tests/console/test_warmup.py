"""What do the warm-up screens show and do?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery import warmup
from notifications.delivery.models import Provider, WarmupDay, WarmupPlan
from notifications.delivery.warmup_plans import BadSteps, read_steps, start_plan
from notifications.warmup_chart import round_up

pytestmark = [pytest.mark.req("V3"), pytest.mark.django_db]

DOMAIN = "news.example"


@pytest.fixture
def provider(db: None) -> Provider:
    return Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun")


@pytest.fixture
def plan(provider: Provider) -> WarmupPlan:
    return start_plan(provider.pk, DOMAIN, steps=[50, 100, 250], at=timezone.now())


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_without_plans_the_usual_days_are_shown(boss: Client) -> None:
    shown = page(boss, "/warm-up/")
    assert "No account is being warmed up" in shown
    assert "50, 100, 250, 500, 1,000, 2,500" in shown


def test_a_plan_begins_today(boss: Client, provider: Provider) -> None:
    written = {"provider": provider.pk, "from_domain": "News.example", "steps": "50 100\n250"}
    assert boss.post("/warm-up/new/", written).status_code == 302
    plan = WarmupPlan.objects.get()
    assert (plan.from_domain, plan.steps) == (DOMAIN, [50, 100, 250])
    assert warmup.allowance(provider.pk, DOMAIN, at=timezone.now()) == 50


def test_an_account_has_one_plan_a_domain(boss: Client, plan: WarmupPlan) -> None:
    written = {"provider": plan.provider_id, "from_domain": DOMAIN, "steps": "50"}
    assert "has a plan for this domain already" in boss.post("/warm-up/new/", written).content.decode()


def test_progress_is_told_in_words_and_drawn(boss: Client, plan: WarmupPlan) -> None:
    WarmupDay.objects.update(sent=20)
    for path in ("/warm-up/", f"/warm-up/{plan.pk}/"):
        shown = page(boss, path)
        assert "20 of 50 mails sent today, day 1 of 3." in shown
        assert "20 of 50 sent, 0 bounced" in shown  # the bar's own words
        assert "up to 100" in shown


def test_a_held_plan_says_why_and_the_day_is_marked(boss: Client, plan: WarmupPlan) -> None:
    WarmupDay.objects.update(sent=20, bounced=5)
    WarmupPlan.objects.update(held_reason="bounces")
    shown = page(boss, f"/warm-up/{plan.pk}/")
    assert "More than 3% of the mail bounced" in shown
    assert 'class="pr-step-harm" x=' in shown


def test_pause_and_resume(boss: Client, plan: WarmupPlan) -> None:
    boss.post(f"/warm-up/{plan.pk}/pause/")
    assert "until somebody resumes the plan" in page(boss, f"/warm-up/{plan.pk}/")
    boss.post(f"/warm-up/{plan.pk}/resume/")
    plan.refresh_from_db()
    assert plan.is_active


def test_a_changed_plan_changes_today(boss: Client, plan: WarmupPlan) -> None:
    boss.post(f"/warm-up/{plan.pk}/change/", {"steps": "60, 70, 80", "step": "2"})
    assert WarmupDay.objects.get().ceiling == 70


def test_a_day_beyond_the_plan_is_refused(boss: Client, plan: WarmupPlan) -> None:
    refused = boss.post(f"/warm-up/{plan.pk}/change/", {"steps": "60, 70", "step": "3"})
    assert "The plan has fewer days" in refused.content.decode()


def test_ending_lifts_the_ceiling(boss: Client, plan: WarmupPlan) -> None:
    boss.post(f"/warm-up/{plan.pk}/end/")
    warmup.forget()
    assert warmup.allowance(plan.provider_id, DOMAIN, at=timezone.now()) is None


@pytest.mark.parametrize("bad", ["", "a", "0", "100, 50", "1.5", "-3", "9" * 12, "1 " * 61])
def test_ceilings_that_make_no_plan_are_refused(bad: str) -> None:
    with pytest.raises(BadSteps):
        read_steps(bad)


@pytest.mark.parametrize("action", ["pause", "resume", "end", "change"])
def test_marketers_look_and_developers_act(
    somebody: Callable[..., Client], plan: WarmupPlan, action: str, visitor: Client
) -> None:
    marketer = somebody("marketer")
    assert "Pause the plan" not in page(marketer, f"/warm-up/{plan.pk}/")
    assert marketer.post(f"/warm-up/{plan.pk}/{action}/").status_code == 403
    assert visitor.post(f"/warm-up/{plan.pk}/{action}/").status_code == 302
    assert somebody("developer").get(f"/warm-up/{plan.pk}/{action}/").status_code == 405
    assert WarmupPlan.objects.get().is_active


def test_a_long_plan_draws_its_last_month(boss: Client, plan: WarmupPlan) -> None:
    today = timezone.now().date()
    WarmupDay.objects.bulk_create(
        WarmupDay(plan=plan, day=today - timedelta(days=back), ceiling=50, sent=40) for back in range(1, 60)
    )
    assert page(boss, f"/warm-up/{plan.pk}/").count('class="pr-bar-hit"') == 30 + 2


def test_the_drawing_has_a_scale(boss: Client, plan: WarmupPlan) -> None:
    WarmupDay.objects.update(sent=1700)
    shown = page(boss, f"/warm-up/{plan.pk}/")
    assert "<span>2,000</span><span>1,000</span><span>0</span>" in shown


@pytest.mark.parametrize(("most", "top"), [(1, 2), (50, 60), (100, 100), (2500, 4000), (70_000, 80_000)])
def test_a_scale_ends_with_a_round_number(most: int, top: int) -> None:
    assert round_up(most) == top
