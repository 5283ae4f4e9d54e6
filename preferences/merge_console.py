"""How does staff make one contact of two? Suggestions first, then both side by side, then the merge."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.screens import offer_door, show_screen, staff_screen
from preferences.attribute_kinds import write_value
from preferences.contacts import NoSuchContact
from preferences.duplicates import find_duplicates
from preferences.merging import ATTRIBUTE, TAKEABLE, CannotMerge, merge_contacts
from preferences.models import Attribute, Contact
from preferences.naming import find_contact

_CHANGE = "preferences.change_contact"

offer_door(Contact, "Merge…", lambda contact: reverse("preferences:contact-merge", args=[contact.pk]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One value of both; `is_taken` suggests the loser's, where the winner has none."""

    name: str
    label: str
    mine: str
    theirs: str
    is_taken: bool


@staff_screen(_CHANGE)
def merge(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Whom this one may be the same as; with somebody named, both side by side; then one of two."""
    winner = get_object_or_404(Contact, pk=contact_id, erased_at=None)
    typed = (request.POST or request.GET).get("with", "").strip()
    loser, fault = _find(winner, typed)
    if request.method == "POST" and loser is not None:
        try:
            merge_contacts(winner.pk, loser.pk, take=request.POST.getlist("take"), by=request.user.pk)
            messages.success(request, _("Merged. Both histories stand on this page now."))
            return redirect("preferences:contact", winner.pk)
        except CannotMerge as refusal:
            fault = str(refusal)
    return show_screen(
        request, "preferences/console/contact_merge.html", title=_("Merge contacts"), winner=winner, loser=loser,
        typed=typed, fault=fault, pairs=_pairs(winner, loser) if loser else (),
        suspects=() if loser else find_duplicates(winner),
    )  # fmt: skip


def _find(winner: Contact, typed: str) -> tuple[Contact | None, str]:
    """Who was named, and what is wrong with it."""
    if not typed:
        return None, ""
    try:
        loser = find_contact(typed)
    except NoSuchContact:
        return None, _("No contact has this address.")
    if loser.pk == winner.pk or loser.erased_at is not None:
        return None, _("That is this contact itself, or somebody who was erased.")
    return loser, ""


def _pairs(winner: Contact, loser: Contact) -> list[Pair]:
    """The values in which they differ."""
    names = dict(Attribute.objects.values_list("key", "name"))
    labels = {"email": _("E-mail address"), "locale": _("Language")}
    own = [
        _pair(name, labels.get(name, name.replace("_", " ").capitalize()), getattr(winner, name), getattr(loser, name))
        for name in TAKEABLE
    ]
    keys = sorted({*winner.attributes, *loser.attributes})
    attributes = [
        _pair(f"{ATTRIBUTE}{key}", names.get(key, key), winner.attributes.get(key), loser.attributes.get(key))
        for key in keys
    ]
    return [pair for pair in (*own, *attributes) if pair.mine != pair.theirs and pair.theirs]


def _pair(name: str, label: str, mine: object, theirs: object) -> Pair:
    written = write_value(mine)
    return Pair(name=name, label=label, mine=written, theirs=write_value(theirs), is_taken=not written)
