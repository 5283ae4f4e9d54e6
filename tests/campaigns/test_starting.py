"""Do campaigns begin when they should, and ask when they are late?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.audit import Actor
from campaigns.models import AuditEntry, Campaign
from campaigns.sending import control, starting
from campaigns.sending.states import EDGES, Refused, S, draw_diagram
from config import clock
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign
from tests.people import make_contacts
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

MARA = Actor(id=1, name="mara")


def test_it_waits_for_its_time() -> None:
    make_contacts(1)
    campaign = make_campaign(schedule="at", starts_at=clock.now() + timedelta(hours=1))
    look_after_all()
    assert not Message.objects.exists()
    with clock.shifted(timedelta(minutes=61)):
        look_after_all()
    assert Message.objects.filter(source=campaign.source).count() == 1


def test_one_that_is_far_too_late_asks() -> None:
    make_contacts(1)
    campaign = make_campaign(schedule="at", starts_at=clock.now() - timedelta(minutes=31))
    look_after_all()
    campaign.refresh_from_db()
    assert campaign.state == S.MISSED
    assert "31 minutes ago" in campaign.state_reason
    assert not Message.objects.exists()
    control.send_missed(campaign, at=clock.now(), by=MARA)
    look_after_all()
    assert Message.objects.count() == 1


def test_a_change_of_the_companys_zone_moves_no_moment(settings: Any) -> None:
    make_contacts(1)
    make_campaign(schedule="at", starts_at=clock.now() + timedelta(hours=1))
    settings.POSTRIDER_TIME_ZONE = "Pacific/Auckland"
    look_after_all()
    assert not Message.objects.exists()


def repeating(**fields: Any) -> Campaign:
    return make_campaign(schedule="recurring", cron="0 9 * * *", state="repeating", **fields)


def test_each_window_is_a_campaign_of_its_own() -> None:
    make_contacts(2)
    parent = repeating()
    look_after_all()
    look_after_all()
    child = parent.windows.get()
    assert child.name.startswith("Spring sale, 2")
    assert Message.objects.filter(source=child.source).count() == 2
    parent.refresh_from_db()
    assert parent.state == S.REPEATING
    assert parent.starts_at is not None
    assert parent.starts_at > clock.now()


def test_windows_that_passed_are_not_made_up_for() -> None:
    make_contacts(2)
    noon = clock.now().replace(hour=12, minute=0)
    parent = repeating(starts_at=noon.replace(hour=9) - timedelta(days=4))
    starting.open_windows(at=noon)
    assert not parent.windows.exists()
    entry = AuditEntry.objects.get(action="missed windows")
    assert entry.note.startswith("5 passed")


def test_ending_a_repeating_one_stops_its_windows() -> None:
    parent = repeating()
    starting.open_windows()
    control.cancel(parent, at=clock.now(), by=MARA)
    assert parent.windows.get().state == S.CANCELLED


def test_a_paused_repeating_one_goes_on_with_the_next_window() -> None:
    parent = repeating()
    control.pause(parent, at=clock.now(), by=MARA)
    look_after_all()
    assert not parent.windows.exists()
    control.resume(parent, at=clock.now(), by=MARA)
    parent.refresh_from_db()
    assert parent.state == S.REPEATING
    assert parent.starts_at is not None
    assert parent.starts_at > clock.now()


@pytest.mark.parametrize("state", [one for one in S if S.PAUSED not in EDGES[one]])
def test_only_what_runs_can_be_paused(state: str) -> None:
    campaign = make_campaign(state=state)
    with pytest.raises(Refused):
        control.pause(campaign, at=clock.now(), by=MARA)


def test_every_state_can_be_reached_and_is_in_the_diagram() -> None:
    reached = {after for following in EDGES.values() for after in following} | {S.DRAFT}
    assert reached == set(S) == set(EDGES)
    assert "draft --> in_review" in draw_diagram()
