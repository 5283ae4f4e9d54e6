"""What does staff see of one contact? How it stands, what is known, may we write, and all that happened."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from config import clock
from config.screens import doors_of, provide_page, show_screen, staff_screen
from preferences import contact_lists
from preferences.contact_page import answers_of, attributes_of, badges_of
from preferences.merged import ids_of
from preferences.models import ConsentRecord, Contact, ContactList, ContactMerge, ListMember
from preferences.soft_bounces import describe_soft_bounces
from preferences.timelines import read_timeline, timeline_kinds

_VIEW, _CHANGE = "preferences.view_contact", "preferences.change_contact"
CONSENTS_SHOWN = 10

provide_page(Contact, lambda contact: reverse("preferences:contact", args=[contact.pk]))


@staff_screen(_VIEW)
def show_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """One contact on one page."""
    contact = get_object_or_404(Contact.objects.select_related("user"), pk=contact_id)
    kind = request.GET.get("kind", "")
    kind = kind if kind in timeline_kinds() else ""
    timeline, before = read_timeline(contact.pk, kind=kind, before=_uuid(request.GET.get("before", "")))
    at = clock.now()
    memberships = ListMember.objects.filter(contact=contact).select_related("list").order_by("list__name")
    return show_screen(
        request, "preferences/console/contact.html", title=str(contact), contact=contact,
        badges=badges_of(contact, at=at),
        answers=answers_of(contact, at=at), attributes=attributes_of(contact), memberships=memberships,
        other_lists=ContactList.objects.exclude(members__contact=contact), doors=doors_of(contact),
        choices=contact.choices.select_related("topic").order_by("-updated_at"),
        suppressions=contact.suppressions.order_by("-pk"), bounces=describe_soft_bounces(contact.pk),
        consents=ConsentRecord.objects.filter(contact_id__in=ids_of(contact.pk)).select_related(
            "topic", "wording"
        ).order_by("-pk")[:CONSENTS_SHOWN],
        merge=ContactMerge.objects.filter(pk=contact.pk).select_related("winner").first(),
        timeline=timeline, before=before, kind=kind, kinds=timeline_kinds(), is_later="before" in request.GET,
        may_change=request.user.has_perm(_CHANGE) and contact.erased_at is None,
    )  # fmt: skip


@require_POST
@staff_screen(_CHANGE)
def put_on_list(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Put the contact on a list, or take it off."""
    contact = get_object_or_404(Contact, pk=contact_id, erased_at=None)
    one = get_object_or_404(ContactList, pk=request.POST.get("list") or 0)
    if request.POST.get("act") == "remove":
        contact_lists.take_off(one, contact, by=request.user.pk)
    else:
        contact_lists.put_on(one, contact, by=request.user.pk)
    return redirect("preferences:contact", contact.pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
