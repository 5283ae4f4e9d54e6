"""Is a segment counted once a day, and does a broken one not keep the others from it?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.builder.size_chart import draw_sizes
from campaigns.models import Segment, SegmentSize
from campaigns.segments.running import TooSlow, limited
from campaigns.segments.sizes import KEPT_DAYS, read_sizes, record_sizes
from preferences.models import Contact
from tests.campaigns.segments.population import AT

pytestmark = pytest.mark.django_db


def test_each_segment_gets_one_size_a_day(ada: Contact) -> None:
    segment = Segment.objects.create(name="Everyone", rule={})
    assert [record_sizes(at=AT), record_sizes(at=AT), record_sizes(at=AT + timedelta(days=1))] == [1, 0, 1]
    assert [one.people for one in read_sizes([segment], today=AT.date())[segment.pk]] == [1, 1]


def test_one_that_cannot_be_counted_or_is_archived_is_passed_over(ada: Contact) -> None:
    Segment.objects.create(name="Broken", rule={"version": 1, "root": {"type": "topic"}})
    Segment.objects.create(name="Away", rule={}, archived_at=AT)
    fine = Segment.objects.create(name="Fine", rule={})
    assert record_sizes(at=AT) == 1
    assert SegmentSize.objects.get().segment == fine


def test_old_sizes_are_deleted() -> None:
    segment = Segment.objects.create(name="Everyone", rule={})
    SegmentSize.objects.create(segment=segment, day=AT.date() - timedelta(days=KEPT_DAYS + 1), people=5)
    record_sizes(at=AT)
    assert SegmentSize.objects.get().day == AT.date()


def test_the_chart_has_a_point_for_each_day_that_was_counted() -> None:
    sizes = [SegmentSize(day=AT.date() - timedelta(days=ago), people=people) for ago, people in ((9, 50), (0, 100))]
    chart = draw_sizes(sizes, today=AT.date(), days=10)
    assert chart is not None
    assert chart.line == "0.0,64.0 720.0,8.0"
    assert (chart.top, chart.change) == (100, 50)
    assert draw_sizes([], today=AT.date(), days=10) is None


def test_what_takes_too_long_is_stopped_with_a_plain_message() -> None:
    with pytest.raises(TooSlow, match="was stopped"), limited(0.05) as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    assert Segment.objects.count() == 0  # the caller's transaction goes on
