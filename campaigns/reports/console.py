"""What does staff see of what became of mail? The list of reports, one report, and its figures as a file."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from campaigns.models import Campaign, CampaignRun, Segment
from campaigns.reports import by_segment, chart, listing, numbers, parts
from campaigns.reports.export import export_csv
from campaigns.reports.figures import Axis, other_sources, read_medians, read_rates, read_report
from campaigns.reports.link_map import draw_links
from campaigns.reports.subjects import SOURCE, SPANS, Subject, source_subject, type_subject
from campaigns.sending.figures import read_figures
from campaigns.variants.page import show_test
from campaigns.variants.plan import is_test
from config import clock
from config.screens import show_screen, staff_screen

#: Others that a source can be compared with.
MOST_OTHERS = 30
_PERMISSION = "tracking.view_message"


@staff_screen(_PERMISSION)
def list_reports(request: HttpRequest) -> HttpResponse:
    """Campaigns, the newest first, and types."""
    at = clock.now()
    return show_screen(
        request, "campaigns/reports/list.html", title=_("Reports"), sources=listing.list_sources(),
        types=listing.list_types(at=at), days=listing.DAYS, is_fullwidth="1",
    )  # fmt: skip


@staff_screen(_PERMISSION)
def show_source(request: HttpRequest, key: str) -> HttpResponse:
    """The report of one campaign or other source."""
    return _show(request, source_subject(key))


@staff_screen(_PERMISSION)
def show_type(request: HttpRequest, key: str) -> HttpResponse:
    """The report of one type over the last days."""
    return _show(request, type_subject(key, days=_days(request), at=clock.now()))


@staff_screen(_PERMISSION)
def export_source(request: HttpRequest, key: str) -> HttpResponse:
    """The figures of a source as CSV."""
    return _export(source_subject(key))


@staff_screen(_PERMISSION)
def export_type(request: HttpRequest, key: str) -> HttpResponse:
    """The figures of a type as CSV."""
    return _export(type_subject(key, days=_days(request), at=clock.now()))


def _show(request: HttpRequest, subject: Subject) -> HttpResponse:
    report = read_report(subject)
    others = other_sources(subject, limit=MOST_OTHERS) if subject.kind == SOURCE else []
    other = next((one for one in others if one.key == request.GET.get("against")), None)
    medians, number = read_medians(subject)
    return show_screen(
        request, "campaigns/reports/report.html", title=subject.title, subject=subject, report=report,
        tiles=numbers.tiles(report), income=numbers.income(report), chart=chart.draw(report.by(Axis.HOUR), subject),
        comparison=numbers.compare(report, medians, read_rates(other) if other else None), median_of=number,
        breakdowns=parts.breakdowns(report), reasons=parts.reasons(report), links=draw_links(report),
        others=others, other=other, spans=SPANS, is_fullwidth="1", **_segments(request, subject), **_test_of(subject),
    )  # fmt: skip


def _segments(request: HttpRequest, subject: Subject) -> dict[str, Any]:
    """What is offered to choose from, and what was chosen; nothing for those who may not see segments."""
    if not request.user.has_perm("campaigns.view_segment"):
        return {}
    asked = request.GET.getlist("segment")
    return {
        "segments": Segment.objects.filter(archived_at=None), "chosen": set(asked),
        "most_segments": by_segment.MOST_SEGMENTS, "is_too_many": len(asked) > by_segment.MOST_SEGMENTS,
        "lines": by_segment.read_lines(subject, asked, at=clock.now()) if asked else [],
    }  # fmt: skip


def _test_of(subject: Subject) -> dict[str, Any]:
    """What a campaign with variants tested."""
    kind, _colon, identifier = subject.key.partition(":")
    campaign = Campaign.objects.filter(pk=identifier).first() if kind == "campaign" and identifier.isdecimal() else None
    if subject.kind != SOURCE or campaign is None or not is_test(campaign):
        return {}
    run = CampaignRun.objects.filter(pk=campaign.pk).first()
    return {"campaign": campaign, "test": show_test(campaign, read_figures(run.figures).arms) if run else None}


def _export(subject: Subject) -> HttpResponse:
    report = read_report(subject)
    if not report.rows:
        raise Http404("nothing is counted of it")
    name = "".join(character if character.isalnum() else "-" for character in subject.key)
    headers = {"Content-Disposition": f'attachment; filename="report-{name}.csv"', "Cache-Control": "no-store"}
    response = StreamingHttpResponse(export_csv(report), content_type="text/csv; charset=utf-8", headers=headers)
    return cast(HttpResponse, response)  # which views are declared to return


def _days(request: HttpRequest) -> int:
    asked: Any = request.GET.get("days", "")
    return int(asked) if asked.isdecimal() and int(asked) in SPANS else 30
