"""Do lower apps and reports hear of segments and campaigns?"""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, Segment
from campaigns.reports.subjects import source_subject
from campaigns.segments.usage import find_uses
from preferences.audiences import NoSuchAudience, find_audience, names
from tests.campaigns.making import make_draft

pytestmark = [pytest.mark.req("C2"), pytest.mark.django_db]


@pytest.fixture
def segment() -> Segment:
    return Segment.objects.create(name="Everyone", rule={})


def test_whatever_is_about_people_can_be_about_a_segment(segment: Segment) -> None:
    name = f"segment:{segment.pk}"
    assert names()[name] == "Everyone"
    assert "preferences_contact" in find_audience(name).sql
    assert find_audience(name).label == "the segment “Everyone”"


def test_a_segment_that_cannot_be_read_selects_nobody(segment: Segment) -> None:
    Segment.objects.update(rule={"version": 1, "root": {"type": "nothing"}})
    with pytest.raises(NoSuchAudience, match="cannot be read"):
        find_audience(f"segment:{segment.pk}")


def test_a_segment_that_is_put_away_is_not_offered(segment: Segment) -> None:
    Segment.objects.update(archived_at="2026-03-02T09:00Z")
    assert f"segment:{segment.pk}" not in names()


def test_a_campaign_that_is_not_over_uses_its_segments(segment: Segment) -> None:
    campaign = make_draft(audience={"without_segments": [segment.pk], "everybody": True})
    assert [use.label for use in find_uses([segment.pk])[segment.pk]] == ["campaign Spring sale"]
    Campaign.objects.filter(pk=campaign.pk).update(state=Campaign.State.FINISHED)
    assert find_uses([segment.pk])[segment.pk] == []


def test_a_report_names_its_campaign() -> None:
    assert source_subject(make_draft().source).title == "Spring sale"
