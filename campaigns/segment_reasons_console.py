"""Why is somebody in a segment or not, and what becomes of a segment? Explanation, plan, archive, copy, deletion."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.models import Segment
from campaigns.segments.explanation import explain_person
from campaigns.segments.faults import BadRule
from campaigns.segments.keeping import InUse, archive_segment, copy_segment, delete_segment, restore_segment
from campaigns.segments.running import TooSlow, explain_plan, list_people
from campaigns.segments.selection import select_people
from campaigns.segments_console import ADD, EDIT, VIEW, contacts_of
from config import clock
from config.screens import show_screen, staff_screen
from notifications.history import note_action
from preferences.addresses import BadAddress, normalise_address
from preferences.models import Contact

_PAGE = 50


@staff_screen(VIEW)
def show_reasons(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Each part of the rule with its answer for one contact."""
    segment = get_object_or_404(Segment, pk=segment_id)
    asked = request.GET.get("contact", "").strip()
    context: dict[str, Any] = {"segment": segment, "asked": asked}
    contact = _find(asked)
    if asked and contact is None:
        context["fault"] = _("Nobody has this address. Type it whole, or choose one of those offered.")
    if contact is not None:
        context |= {"contact": contact, "asked": str(contact), **_reasons(segment, contact)}
    return show_screen(
        request, "campaigns/segments/reasons.html", title=_("Who is in %(name)s?") % {"name": segment.name}, **context
    )


def _reasons(segment: Segment, contact: Contact) -> dict[str, Any]:
    if contact.erased_at is not None:
        return {"fault": _("This person was erased, and is in no segment.")}
    try:
        return {"reasons": explain_person(segment.rule, contact.pk, at=clock.now(), inside=(segment.pk,))}
    except (BadRule, TooSlow) as error:
        return {"fault": str(error)}


def _find(asked: str) -> Contact | None:
    if asked.isdecimal() and len(asked) < 19:
        return Contact.objects.filter(pk=int(asked)).first()
    try:
        return Contact.objects.filter(address=normalise_address(asked)).first()
    except BadAddress:
        return None


@staff_screen(VIEW)
def show_people(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Everybody in it right now, a page at a time."""
    segment = get_object_or_404(Segment, pk=segment_id)
    start = request.GET.get("after", "")
    after = int(start) if start.isdecimal() and len(start) < 19 else 0
    context: dict[str, Any] = {"segment": segment, "after": after}
    try:
        ids = list_people(segment.rule, at=clock.now(), after=after, inside=(segment.pk,), most=_PAGE + 1)
        context |= {"people": contacts_of(ids[:_PAGE]), "more": ids[_PAGE - 1] if len(ids) > _PAGE else None}
    except (BadRule, TooSlow) as error:
        context["fault"] = str(error)
    return show_screen(
        request, "campaigns/segments/people.html", title=_("People in %(name)s") % {"name": segment.name}, **context
    )


@staff_screen("notifications.view_outbox")
def show_plan(request: HttpRequest, segment_id: int) -> HttpResponse:
    """The statement and how PostgreSQL goes about it, for developers."""
    segment = get_object_or_404(Segment, pk=segment_id)
    context: dict[str, Any] = {"segment": segment}
    try:
        selection = select_people(segment.rule, at=clock.now(), inside=(segment.pk,))
        context |= {"selection": selection, "plan": explain_plan(selection)}
    except (BadRule, TooSlow) as error:
        context["fault"] = str(error)
    return show_screen(
        request, "campaigns/segments/plan.html", title=_("The plan of %(name)s") % {"name": segment.name}, **context
    )


@require_POST
@staff_screen(EDIT)
def archive(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Put away, or back."""
    segment = get_object_or_404(Segment, pk=segment_id)
    if segment.archived_at is None:
        archive_segment(segment)
        told = _("The segment is archived. Nobody can choose it any more; bring it back whenever you like.")
    else:
        restore_segment(segment)
        told = _("The segment is back.")
    note_action(request, segment, told)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("campaigns:segment", args=[segment.pk]))


@require_POST
@staff_screen(ADD)
def copy(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Another one with the same rule."""
    made = copy_segment(get_object_or_404(Segment, pk=segment_id), by=request.user.pk)
    messages.success(request, _("This is the copy."))
    return HttpResponseRedirect(reverse("campaigns:segment", args=[made.pk]))


@require_POST
@staff_screen("campaigns.delete_segment")
def delete(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Gone for good, unless something uses it."""
    segment = get_object_or_404(Segment, pk=segment_id)
    try:
        delete_segment(segment)
    except InUse as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("campaigns:segment", args=[segment.pk]))
    messages.success(request, _("The segment “%(name)s” is deleted.") % {"name": segment.name})
    return HttpResponseRedirect(reverse("campaigns:segments"))
