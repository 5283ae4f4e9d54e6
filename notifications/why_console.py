"""Why did, or didn't, somebody get a mail? An event's steps, and all that happened about one person, in sentences."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from config import clock
from config.screens import page_of, show_screen, staff_screen
from notifications.event_story import tell_chapters
from notifications.person_story import tell_occasions, tell_prospects, tell_standing
from preferences.facts import facts_of
from preferences.models import Contact
from tracking.models import Event


@staff_screen("tracking.view_event")
def show_event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event: how it was taken in, and what was decided for each type and channel."""
    event = get_object_or_404(Event.objects.select_related("contact"), pk=event_id)
    intake, *fates = tell_chapters(event)
    return show_screen(
        request, "notifications/console/why_event.html", title=_("Why? %s") % event.name, event=event, intake=intake,
        fates=fates, event_page=page_of(event), contact_page=page_of(event.contact) if event.contact else "",
        may_see_contact=request.user.has_perm("preferences.view_contact"),
        may_see_messages=request.user.has_perm("tracking.view_message"),
    )  # fmt: skip


@staff_screen("tracking.view_message")
def show_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """One person: what holds now, what each type would do, and what came or did not come, newest first."""
    contact = get_object_or_404(Contact, pk=contact_id)
    at = clock.now()
    occasions, older = tell_occasions(contact, before=_uuid(request.GET.get("before")))
    return show_screen(
        request, "notifications/console/why_contact.html", title=_("What %s gets, and why") % contact, contact=contact,
        standing=tell_standing(facts_of(contact), at=at), prospects=tell_prospects(contact, at=at),
        occasions=occasions, older=older, is_first="before" not in request.GET, contact_page=page_of(contact),
        may_see_contact=request.user.has_perm("preferences.view_contact"),
        may_see_events=request.user.has_perm("tracking.view_event"),
    )  # fmt: skip


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
