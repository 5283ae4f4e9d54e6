"""What do lower apps and other screens hear of segments and campaigns? Whom they select, and what they are called."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.audience.parts import read_audience
from campaigns.models import Campaign, Segment
from campaigns.reports.subjects import register_source_title
from campaigns.segments.selection import BadRule, select_people
from campaigns.segments.usage import Use, register_use
from config import clock
from preferences.audiences import Audience, AudienceKind, NoSuchAudience, register_audience


def register() -> None:
    """Offer segments wherever people are chosen, protect those that campaigns use, and name campaigns in reports."""
    register_audience("segment", AudienceKind(title=gettext_lazy("Segments"), offer=_offer, find=_find))
    register_use("campaigns", _uses)
    register_source_title("campaign", _title)


def _offer() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in Segment.objects.filter(archived_at=None)]


def _find(segment_id: str) -> Audience:
    segment = Segment.objects.get(pk=int(segment_id))
    try:
        selected = select_people(segment.rule, at=clock.now())
    except BadRule as fault:
        raise NoSuchAudience(f"the segment {segment.name} cannot be read: {fault}") from fault
    label = _("the segment “%(name)s”") % {"name": segment.name}
    return Audience(label=label, sql=selected.sql, parameters=selected.parameters)


def _uses(ids: list[int]) -> dict[int, list[Use]]:
    """Campaigns that are not over, by the segments that they name."""
    found: dict[int, list[Use]] = {}
    for campaign in Campaign.objects.exclude(state__in=[Campaign.State.FINISHED, Campaign.State.CANCELLED]):
        audience = read_audience(campaign.audience)
        use = Use(label=f"campaign {campaign.name}", url=reverse("campaigns:campaign", args=[campaign.pk]))
        for one in {*audience.segments, *audience.without_segments} & {*ids}:
            found.setdefault(one, []).append(use)
    return found


def _title(campaign_id: str) -> str:
    named = Campaign.objects.filter(pk=campaign_id) if campaign_id.isdecimal() else Campaign.objects.none()
    return named.values_list("name", flat=True).first() or ""
