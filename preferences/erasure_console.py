"""How does staff hand a person their data, and erase them? Erasing says first exactly what goes, and how much."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from config.screens import offer_door, page_of, show_screen, staff_screen
from preferences.addresses import BadAddress, normalise_address
from preferences.erasure import erase_contact
from preferences.holdings import count_holdings
from preferences.models import Contact, Erasure
from preferences.portability import collect_personal_data

_VIEW, _ERASE = "preferences.view_contact", "preferences.delete_contact"

offer_door(Contact, "Export data", lambda contact: reverse("preferences:export-person", args=[contact.pk]))
offer_door(Contact, "Erase…", lambda contact: reverse("preferences:erase-person", args=[contact.pk]))


@staff_screen(_VIEW)
@require_GET
def export_person(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Everything that is stored about a contact, as a file; that it was taken is written down."""
    contact = get_object_or_404(Contact, pk=contact_id)
    text = json.dumps(collect_personal_data(contact), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
    _note(request, contact, "Exported the personal data.")
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="contact-{contact.pk}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_screen(_ERASE)
@require_http_methods(["GET", "POST"])
def erase_person(request: HttpRequest, contact_id: int) -> HttpResponse:
    """What would go; then, with the address typed, it goes. Of somebody erased: how far it is."""
    contact = get_object_or_404(Contact, pk=contact_id)
    is_mistyped = False
    if request.method == "POST" and contact.erased_at is None:
        if _is_typed(request.POST.get("typed", ""), contact):
            return _erase(request, contact)
        is_mistyped = True
    return show_screen(
        request, "preferences/console/erase.html", title=_("Erase a person"), contact=contact,
        contact_page=page_of(contact), is_mistyped=is_mistyped, wishes=_count_own(contact),
        holdings=count_holdings(contact.pk), erasure=Erasure.objects.filter(pk=contact.pk).first(),
    )  # fmt: skip


def _erase(request: HttpRequest, contact: Contact) -> HttpResponse:
    if erase_contact(contact, source="console"):
        _note(request, contact, "Erased the person.")
        messages.success(request, _("Erased. No mail goes there any more; the last traces go within some minutes."))
    return HttpResponseRedirect(request.path)


def _is_typed(text: str, contact: Contact) -> bool:
    try:
        return normalise_address(text) == contact.address
    except BadAddress:
        return False


def _count_own(contact: Contact) -> list[tuple[str, int]]:
    """What this app holds beside the contact's own row, without what there is none of."""
    counted = [
        (_("choices"), contact.choices.count()),
        (_("sign-ups"), contact.sign_ups.count()),
        (_("entries of the consent ledger (they stay, without network address)"), contact.consents.count()),
    ]
    return [(title, number) for title, number in counted if number]


def _note(request: HttpRequest, contact: Model, text: str) -> None:
    """Into the contact's history, by its number: the entry outlives the person's name."""
    entry = LogEntry.objects.log_actions(
        user_id=request.user.pk or 0, queryset=[contact], action_flag=CHANGE, change_message=text, single_object=True
    )
    LogEntry.objects.filter(pk=entry.pk).update(object_repr=f"contact {contact.pk}")
