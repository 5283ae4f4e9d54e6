"""Does a campaign in local time reach everybody in every zone of the world at that time, once, when clocks change?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.conf import LazySettings

from campaigns.models import Campaign, CampaignRecipient
from campaigns.planning.timing import first_start
from campaigns.sending import starting
from campaigns.sending.slots import LEAD
from campaigns.sending.states import S
from config import clock, vault
from preferences.models import Contact
from preferences.zone_list import zones_by_region
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_campaign
from tests.conftest import do_all_work
from tests.people import make_contacts
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

ZONES = sorted(zone for zones in zones_by_region().values() for zone in zones)
NINE = time(9)
#: Clocks change on these days: in North America, Europe, the south (autumn and spring), and back again.
CHANGES = (
    date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 10, 3), date(2027, 10, 31), date(2027, 11, 7),
)  # fmt: skip


#: Not long before: who has read nothing for half a year gets no campaign.
KNOWN_FOR = timedelta(days=30)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The clock stands at this moment."""
    with clock.shifted(moment - clock.now()):
        yield


def people_everywhere(day: date) -> dict[int, str]:
    """One person in each zone, whom we know since a month before: {contact: zone}."""
    since = datetime.combine(day, NINE, tzinfo=UTC) - KNOWN_FOR
    made = Contact.objects.bulk_create(
        Contact(email=one, address=one, address_digest=vault.address_digest(one), time_zone=zone, created_at=since)
        for zone, one in ((zone, f"person{number}@example.com") for number, zone in enumerate(ZONES))
    )
    return {one.pk: one.time_zone for one in made}


def local_campaign(day: date, clock_time: time = NINE, **fields: object) -> Campaign:
    """Approved the day before, as approving leaves it."""
    campaign = make_campaign(schedule="local", local_date=day, local_time=clock_time, **fields)
    campaign.starts_at = first_start(campaign, at=datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=2))
    campaign.save(update_fields=["starts_at"])
    return campaign


def freeze(campaign: Campaign) -> dict[int, datetime]:
    """Begin it when it is due: {contact: when theirs is due}."""
    assert campaign.starts_at is not None
    with at(campaign.starts_at + timedelta(seconds=1)):
        look_after_all()
    frozen = CampaignRecipient.objects.filter(campaign=campaign).values_list("contact_id", "due_at")
    assert len(frozen) == CampaignRecipient.objects.filter(campaign=campaign, skip_reason="").count()
    return {person: due for person, due in frozen if due}


def look_after_and_work() -> None:
    """What sweepers and workers do."""
    look_after_all()
    do_all_work()


def walk(campaign: Campaign, *, act: Callable[[], None] = look_after_all) -> None:
    """Let the world's day go by, a quarter of an hour at a time, and have the campaign looked after."""
    assert campaign.starts_at is not None
    for quarter in range(4 * 30):
        with at(campaign.starts_at + timedelta(minutes=15 * quarter)):
            act()


def nine(day: int) -> datetime:
    """What clocks show at nine of a day in January."""
    return datetime.combine(date(2027, 1, day), NINE)


@cache
def face(moment: datetime, zone: str) -> datetime:
    """What clocks there show."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def test_every_zone_there_is_can_be_somebodys() -> None:
    assert set(ZONES) >= available_timezones() - {"Factory", "localtime", "posixrules"}
    assert len(ZONES) > 400


@pytest.mark.parametrize("day", CHANGES, ids=str)
def test_everybody_is_due_at_nine_of_their_own_day(day: date) -> None:
    zones, campaign = people_everywhere(day), local_campaign(day)
    due = freeze(campaign)
    assert {zone: face(due[person], zone) for person, zone in zones.items()} == dict.fromkeys(
        ZONES, datetime.combine(day, NINE)
    )


@pytest.mark.parametrize("day", CHANGES, ids=str)
def test_a_time_that_is_skipped_or_comes_twice_comes_once(day: date) -> None:
    """01:45, 02:15 and 02:45 lie in the hour, or the half hour, that clocks skip or repeat."""
    zones = people_everywhere(day)
    for clock_time in (time(0, 15), time(1, 45), time(2, 15), time(2, 45)):
        due = freeze(campaign := local_campaign(day, clock_time, name=f"Spring {clock_time}"))
        for person, zone in zones.items():
            wanted, shown = datetime.combine(day, clock_time), face(due[person], zone)
            assert shown == wanted or (shown > wanted and is_skipped(wanted, zone)), (zone, clock_time, shown)
            assert face(due[person] - timedelta(minutes=30), zone) != wanted, "the second time, not the first"
            assert face(due[person] - timedelta(hours=1), zone) != wanted, "the second time, not the first"
        Campaign.objects.filter(pk=campaign.pk).update(state=S.PAUSED)


def is_skipped(wanted: datetime, zone: str) -> bool:
    """Whether no clock there ever shows this time."""
    there = wanted.replace(tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wanted


@pytest.mark.slow
@pytest.mark.parametrize("day", [CHANGES[1], CHANGES[4]], ids=["spring", "autumn"])
def test_everybody_has_one_mail_and_had_it_at_nine(day: date, providers: object) -> None:
    zones, campaign = people_everywhere(day), local_campaign(day)
    walk(campaign, act=look_after_and_work)
    found = Message.objects.filter(source=campaign.source)
    assert Counter(found.values_list("contact_id", flat=True)) == Counter(zones.keys())
    sent = {zones[person]: sent_at for person, sent_at in found.values_list("contact_id", "sent_at")}
    late = {
        zone: face(moment, zone) for zone, moment in sent.items()
        if not timedelta() <= face(moment, zone) - datetime.combine(day, NINE) < timedelta(minutes=15)
    }  # fmt: skip
    assert late == {}
    campaign.refresh_from_db()
    assert campaign.state == S.FINISHED


def test_nobody_is_handed_over_before_their_time() -> None:
    day = CHANGES[1]
    zones, campaign = people_everywhere(day), local_campaign(day)
    early: list[tuple[str, datetime]] = []

    def look() -> None:
        look_after_all()
        now = clock.now()
        fed = Message.objects.filter(source=campaign.source).values_list("contact_id", flat=True)
        early.extend(
            (zones[person], face(now, zones[person])) for person in fed
            if face(now + timedelta(minutes=1), zones[person]) < datetime.combine(day, NINE)
        )  # fmt: skip

    walk(campaign, act=look)
    assert early == []
    assert Message.objects.filter(source=campaign.source).count() == len(zones)


class TestWhatChangesMeanwhile:
    """Somebody moves, the company moves, or the plan is written anew, between the approval and the last mail."""

    def test_who_moves_after_freezing_gets_it_once_by_the_clock_they_had(self, providers: object) -> None:
        people = make_contacts(2)
        Contact.objects.update(time_zone="Asia/Tokyo")
        campaign = local_campaign(CHANGES[1])
        due = freeze(campaign)
        Contact.objects.filter(pk=people[0].pk).update(time_zone="America/New_York")
        walk(campaign, act=look_after_and_work)
        sent = Message.objects.filter(source=campaign.source, sent_at__isnull=False)
        assert sorted(sent.values_list("contact_id", flat=True)) == [one.pk for one in people]
        assert {face(moment, "Asia/Tokyo") for moment in due.values()} == {datetime.combine(CHANGES[1], NINE)}

    def test_who_moves_before_freezing_gets_it_by_the_new_clock(self) -> None:
        (ada,) = make_contacts(1)
        Contact.objects.update(time_zone="Asia/Tokyo")
        campaign = local_campaign(CHANGES[1])
        Contact.objects.update(time_zone="America/New_York")
        assert face(freeze(campaign)[ada.pk], "America/New_York") == datetime.combine(CHANGES[1], NINE)

    def test_where_nobody_knows_the_zone_the_companys_counts_as_it_is_when_it_begins(
        self, settings: LazySettings
    ) -> None:
        (ada,) = make_contacts(1)
        campaign = local_campaign(CHANGES[1])
        settings.POSTRIDER_TIME_ZONE = "Pacific/Auckland"
        assert face(freeze(campaign)[ada.pk], "Pacific/Auckland") == datetime.combine(CHANGES[1], NINE)

    def test_it_begins_before_the_first_zone_is_due(self) -> None:
        campaign = local_campaign(CHANGES[1])
        first = min(
            datetime.combine(CHANGES[1], NINE, tzinfo=ZoneInfo(zone)).astimezone(UTC) for zone in ZONES
        )  # fmt: skip
        assert campaign.starts_at == first - LEAD


class TestRepeatingWhileTheCompanyMoves:
    """A weekly campaign goes once a week by the clock of whichever zone the project is set to."""

    @pytest.fixture
    def parent(self, settings: LazySettings) -> Campaign:
        settings.POSTRIDER_TIME_ZONE = "Europe/Oslo"
        make_contacts(1)
        return make_campaign(
            schedule="recurring", cron="0 9 * * 1", state="repeating", clock_zone="Europe/Oslo",
            starts_at=datetime(2027, 1, 4, 8, tzinfo=UTC),
        )  # fmt: skip

    def windows(self, parent: Campaign, *, since: datetime) -> list[datetime]:
        """The windows of the next nine days, looked for every half hour."""
        for half_hour in range(2 * 24 * 9):
            starting.open_windows(at=since + timedelta(minutes=30 * half_hour))
        return [one.window_at for one in parent.windows.order_by("window_at") if one.window_at]

    def test_to_the_west_it_goes_later_that_day_and_not_twice(self, parent: Campaign, settings: LazySettings) -> None:
        settings.POSTRIDER_TIME_ZONE = "America/New_York"
        found = self.windows(parent, since=datetime(2027, 1, 3, 12, tzinfo=UTC))
        assert [face(one, "America/New_York") for one in found] == [nine(4), nine(11)]

    def test_to_the_east_it_goes_earlier_that_day(self, parent: Campaign, settings: LazySettings) -> None:
        settings.POSTRIDER_TIME_ZONE = "Asia/Tokyo"
        found = self.windows(parent, since=datetime(2027, 1, 3, 12, tzinfo=UTC))
        assert [face(one, "Asia/Tokyo") for one in found] == [nine(4), nine(11)]

    def test_where_that_time_has_passed_there_it_goes_as_it_was_announced(
        self, parent: Campaign, settings: LazySettings
    ) -> None:
        settings.POSTRIDER_TIME_ZONE = "Asia/Tokyo"
        found = self.windows(parent, since=datetime(2027, 1, 4, 4, tzinfo=UTC))
        assert found == [datetime(2027, 1, 4, 8, tzinfo=UTC), datetime(2027, 1, 11, 0, tzinfo=UTC)]
