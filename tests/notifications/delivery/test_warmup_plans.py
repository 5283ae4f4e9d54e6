"""Does mail that waits for a young account go when its plan ends, or is raised?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import clock
from notifications.delivery import outbox, warmup, warmup_plans
from notifications.delivery.models import Outbox, Provider, WarmupPlan
from notifications.delivery.senders import identity_of
from tests.letters import submit_parcels
from tests.people import make_contacts
from tracking.models import Message

pytestmark = [pytest.mark.req("V3"), pytest.mark.django_db, pytest.mark.usefixtures("new_types")]

STREAM = "transactional"


@pytest.fixture
def plan(db: None) -> WarmupPlan:
    account = Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun")
    domain = identity_of(STREAM).domain
    made = warmup_plans.start_plan(account.pk, domain, steps=[2, 2, 4], at=clock.now())
    warmup.reserve(account.pk, domain, wanted=2, at=clock.now())
    warmup.forget()
    return made


def _defer(number: int, *, reason: str = warmup.DEFERRED) -> None:
    """So many mails wait until tomorrow."""
    submit_parcels(make_contacts(number))
    at = clock.now()
    outbox.defer(
        outbox.claim(STREAM, limit=number, at=at, owner="w"), reason=reason, at=at, due_at=at + timedelta(days=1)
    )


def _released() -> int:
    due = Outbox.objects.filter(due_at__lte=clock.now(), state="queued")
    messages = Message.objects.filter(state="queued", due_at__lte=clock.now())
    assert due.count() == messages.count()
    return due.count()


def test_all_of_it_goes_when_the_plan_ends(plan: WarmupPlan) -> None:
    _defer(3)
    assert _released() == 0
    warmup_plans.end_plan(plan.pk, at=clock.now())
    assert _released() == 3


def test_as_much_as_there_is_room_for_goes_when_it_is_raised(plan: WarmupPlan) -> None:
    _defer(3)
    warmup_plans.change_plan(plan.pk, steps=[2, 2, 4], step=2, at=clock.now())
    assert _released() == 2


def test_what_waits_for_another_reason_goes_on_waiting(plan: WarmupPlan) -> None:
    _defer(1, reason="held")
    warmup_plans.end_plan(plan.pk, at=clock.now())
    assert _released() == 0
