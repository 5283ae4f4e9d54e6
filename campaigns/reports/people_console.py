"""What does staff see behind a number of a report? Its people, and a way to keep them as a segment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.models import Segment
from campaigns.reports.people import Number, find_mails, read_number, tally
from campaigns.reports.subjects import SPANS, Subject, source_subject, type_subject
from campaigns.segments.faults import BadRule
from campaigns.segments.keeping import free_name, save_segment
from campaigns.segments.running import TooSlow, count_people, list_people
from config import clock
from config.screens import page_of, show_screen, staff_screen
from notifications.history import note_action
from preferences.models import Contact

_PAGE = 50
_ADD = "campaigns.add_segment"


@staff_screen("tracking.view_message")
def show_people(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Everybody behind one number right now, a page at a time."""
    subject = _subject(request, kind, key)
    number, at = _read(subject, request), clock.now()
    start = request.GET.get("after", "")
    after = int(start) if start.isdecimal() and len(start) < 19 else 0
    context: dict[str, Any] = {"subject": subject, "number": number, "after": after}
    try:
        ids = list_people(number.rule, at=at, after=after, most=_PAGE + 1)
        context |= {
            "size": count_people(number.rule, at=at), "more": ids[_PAGE - 1] if len(ids) > _PAGE else None,
            "explained": tally(number, at=at).explained if number.segment is None else "",
            "people": _people(number, ids[:_PAGE]), "name": free_name(number.name),
        }  # fmt: skip
    except (BadRule, TooSlow) as error:
        context["fault"] = str(error)
    asked = request.GET.copy()
    asked.pop("after", None)
    return show_screen(
        request, "campaigns/reports/people.html", title=number.name, may_keep=request.user.has_perm(_ADD),
        query=asked.urlencode(), **context,
    )  # fmt: skip


@require_POST
@staff_screen(_ADD)
def keep_people(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Save the question as a segment, and go there."""
    number = _read(_subject(request, kind, key), request)
    name = request.POST.get("name", "").strip() or free_name(number.name)
    about = _("From the report of %(title)s") % {"title": number.subject.title}
    try:
        made = save_segment(Segment(), number.rule, name=name, description=about, by=request.user.pk, at=clock.now())
    except BadRule as fault:
        messages.error(request, str(fault))
        return HttpResponseRedirect(f"{_address(kind, key)}?{request.GET.urlencode()}")
    note_action(request, made, _("Saved from a report"))
    messages.success(request, _("Saved as a segment. It is a rule: people come and go with what they do."))
    return HttpResponseRedirect(reverse("campaigns:segment", args=[made.pk]))


def _address(kind: str, key: str) -> str:
    return reverse(f"campaigns:report-{kind}-people", args=[key])


def _subject(request: HttpRequest, kind: str, key: str) -> Subject:
    if kind == "source":
        return source_subject(key)
    days = request.GET.get("days", "")
    is_span = days.isdecimal() and len(days) < 5 and int(days) in SPANS
    return type_subject(key, days=int(days) if is_span else 30, at=clock.now())


def _read(subject: Subject, request: HttpRequest) -> Number:
    try:
        return read_number(subject, request.GET.dict())
    except BadRule as fault:
        raise Http404(str(fault)) from fault


def _people(number: Number, ids: list[int]) -> list[dict[str, Any]]:
    mails = find_mails(number, ids)
    found = Contact.objects.filter(pk__in=ids).order_by("pk")
    return [{"contact": one, "url": page_of(one), "mail": mails.get(one.pk)} for one in found]
