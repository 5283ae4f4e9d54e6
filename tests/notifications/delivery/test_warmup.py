"""Does a young account send no more than its plan allows, and does the plan follow what came of the mail?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.ids import derived_id, new_id
from notifications.delivery import warmup, warmup_harm
from notifications.delivery.models import Alert, Call, Provider, WarmupDay, WarmupPlan
from preferences.models import Contact
from tracking.models import Message, MessageEvent

pytestmark = [pytest.mark.req("V3"), pytest.mark.django_db]

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DOMAIN = "news.example.com"


@pytest.fixture
def provider(db: None) -> Provider:
    return Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun")


@pytest.fixture
def plan(provider: Provider) -> WarmupPlan:
    made = WarmupPlan.objects.create(provider=provider, from_domain=DOMAIN, steps=[10, 20, 40])
    warmup.forget()
    return made


def reserve(plan: WarmupPlan, wanted: int, *, at: datetime = NOON, domain: str = DOMAIN) -> int:
    return warmup.reserve(plan.provider_id, domain, wanted=wanted, at=at)


def make_day(plan: WarmupPlan, *, back: int = 1, **counts: int) -> WarmupDay:
    return WarmupDay.objects.create(plan=plan, day=(NOON - timedelta(days=back)).date(), ceiling=10, **counts)


def test_a_day_grants_up_to_its_ceiling(plan: WarmupPlan) -> None:
    assert [reserve(plan, 4), reserve(plan, 4), reserve(plan, 4), reserve(plan, 4)] == [4, 4, 2, 0]
    assert warmup.allowance(plan.provider_id, DOMAIN, at=NOON) == 0


def test_without_a_plan_all_may_go_and_no_query_is_asked(provider: Provider) -> None:
    assert warmup.reserve(provider.pk, DOMAIN, wanted=5, at=NOON) == 5
    assert warmup.allowance(provider.pk, DOMAIN, at=NOON) is None
    with CaptureQueriesContext(connection) as asked:
        assert warmup.reserve(provider.pk, DOMAIN, wanted=5_000, at=NOON) == 5_000
    assert len(asked) == 0


def test_another_domain_has_no_ceiling(plan: WarmupPlan) -> None:
    assert reserve(plan, 500, domain="other.example.com") == 500


def test_the_spelling_of_the_domain_does_not_matter(plan: WarmupPlan) -> None:
    assert reserve(plan, 500, domain="News.Example.com") == 10


def test_one_statement_serves_a_call_once_the_day_is_open(plan: WarmupPlan) -> None:
    reserve(plan, 1)
    with CaptureQueriesContext(connection) as asked:
        reserve(plan, 1)
    assert len(asked) == 1


def test_what_no_provider_took_is_given_back(plan: WarmupPlan) -> None:
    reserve(plan, 10)
    warmup.give_back(plan.provider_id, DOMAIN, count=3, at=NOON)
    assert warmup.allowance(plan.provider_id, DOMAIN, at=NOON) == 3


@pytest.mark.parametrize(
    ("counts", "ceiling", "held"),
    [
        ({"sent": 10}, 20, ""),
        ({"sent": 0}, 10, ""),
        ({"sent": 100, "bounced": 3}, 20, ""),
        ({"sent": 100, "bounced": 4}, 10, "bounces"),
        ({"sent": 2000, "complained": 1}, 20, ""),
        ({"sent": 1999, "complained": 1}, 10, "complaints"),
    ],
)
def test_the_next_day_is_what_the_last_one_earned(
    plan: WarmupPlan, counts: dict[str, int], ceiling: int, held: str
) -> None:
    make_day(plan, **counts)
    assert warmup.allowance(plan.provider_id, DOMAIN, at=NOON) == ceiling
    assert warmup.open_day(plan.pk, NOON.date()).ceiling == ceiling
    plan.refresh_from_db()
    assert plan.held_reason == held


def test_a_paused_plan_keeps_its_ceiling(plan: WarmupPlan) -> None:
    make_day(plan, sent=10)
    WarmupPlan.objects.update(is_active=False)
    assert warmup.open_day(plan.pk, NOON.date()).ceiling == 10


def test_the_last_step_is_the_end_of_growth(plan: WarmupPlan) -> None:
    WarmupPlan.objects.update(step=2)
    make_day(plan, sent=10)
    assert warmup.open_day(plan.pk, NOON.date()).ceiling == 40


def test_the_sweep_opens_a_day_once_however_often_it_runs(plan: WarmupPlan) -> None:
    make_day(plan, sent=10)
    assert [warmup.advance_plans(at=NOON), warmup.advance_plans(at=NOON)] == [1, 0]
    plan.refresh_from_db()
    assert plan.step == 1


def test_days_without_a_row_do_not_count(plan: WarmupPlan) -> None:
    make_day(plan, back=9, sent=10)
    assert warmup.open_day(plan.pk, NOON.date()).ceiling == 20


def test_staff_hears_of_a_held_plan_until_it_grows_again(plan: WarmupPlan) -> None:
    make_day(plan, sent=100, bounced=50)
    warmup.advance_plans(at=NOON)
    assert Alert.objects.get(cleared_at=None).subject == f"mailgun {DOMAIN}"
    WarmupDay.objects.filter(day=NOON.date()).update(sent=5)
    warmup.advance_plans(at=NOON + timedelta(days=1))
    assert not Alert.objects.filter(cleared_at=None).exists()


def report(contact: Contact, provider: Provider, kind: str, *, sent_at: datetime, at: datetime, **fields: Any) -> None:
    """A mail that was sent and came to harm, reported `times` times."""
    call = Call.objects.create(
        provider=provider, stream="marketing", template_version_id=new_id(), is_tracked=True, size=1, headers={},
        members=[], sender=fields.get("sender", f"Shop <hello@{DOMAIN}>"),
    )  # fmt: skip
    message = Message.objects.create(
        contact=contact, source=f"test:{new_id()}", stream="marketing", sent_at=sent_at, call_ids=[call.pk],
        provider=provider.key,
    )  # fmt: skip
    for _ in range(fields.get("times", 1)):
        MessageEvent.objects.create(
            id=derived_id(at, new_id().bytes), message=message, kind=kind, occurred_at=at, provider=provider.key
        )


def test_harm_counts_for_the_day_the_mail_was_sent(plan: WarmupPlan, provider: Provider, ada: Contact) -> None:
    yesterday = make_day(plan, sent=10)
    report(ada, provider, "bounced", sent_at=NOON - timedelta(days=1), at=NOON, times=2)
    assert warmup_harm.count_harm(at=NOON + timedelta(hours=1)) == 1
    yesterday.refresh_from_db()
    assert (yesterday.bounced, yesterday.complained) == (1, 0)


def test_harm_of_another_domain_or_account_is_not_ours(plan: WarmupPlan, provider: Provider, ada: Contact) -> None:
    other = Provider.objects.create(key="other", kind="mailgun", name="Other")
    today = WarmupDay.objects.create(plan=plan, day=NOON.date(), ceiling=10, sent=10)
    report(ada, provider, "complained", sent_at=NOON, at=NOON, sender="hello@elsewhere.example")
    report(ada, other, "complained", sent_at=NOON, at=NOON)
    assert warmup_harm.count_harm(at=NOON + timedelta(hours=1)) == 0
    today.refresh_from_db()
    assert today.complained == 0


def test_a_harmful_day_holds_the_plan_at_once(plan: WarmupPlan, provider: Provider, ada: Contact) -> None:
    WarmupDay.objects.create(plan=plan, day=NOON.date(), ceiling=10, sent=10)
    report(ada, provider, "complained", sent_at=NOON, at=NOON)
    warmup_harm.count_harm(at=NOON + timedelta(hours=1))
    plan.refresh_from_db()
    assert plan.held_reason == "complaints"
    assert Alert.objects.filter(kind="warmup_held", cleared_at=None).exists()


def test_counting_again_changes_nothing(plan: WarmupPlan, provider: Provider, ada: Contact) -> None:
    WarmupDay.objects.create(plan=plan, day=NOON.date(), ceiling=10, sent=10)
    report(ada, provider, "bounced", sent_at=NOON, at=NOON)
    at = NOON + timedelta(hours=1)
    assert [warmup_harm.count_harm(at=at), warmup_harm.count_harm(at=at)] == [1, 0]
