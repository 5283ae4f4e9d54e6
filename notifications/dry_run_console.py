"""What would an event do? Staff tries it with any contact and payload; nothing is written and nothing is sent."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config import clock
from config.screens import show_screen, staff_screen
from notifications.dry_run import Rehearsal, rehearse
from notifications.dry_run_forms import DryRunForm
from notifications.preview import sample_payload
from preferences.addresses import BadAddress, normalise_address
from preferences.models import Contact
from tracking.schemas import known_names

VIEW = "tracking.view_message"
MOST_OFFERED = 10


@staff_screen(VIEW)
def show_dry_run(request: HttpRequest) -> HttpResponse:
    """Ask which event, for whom, with what and when; answer step by step for each type and channel."""
    if request.method == "POST":
        form = DryRunForm(request.POST)
        rehearsal = _rehearse(form) if form.is_valid() else None
    else:
        form, rehearsal = DryRunForm(initial=_initial(request)), None
    return show_screen(
        request, "notifications/console/dry_run.html", title=_("Dry run"), form=form, rehearsal=rehearsal,
        has_names=bool(known_names()),
    )  # fmt: skip


@staff_screen(VIEW)
def offer_payload(request: HttpRequest) -> HttpResponse:
    """The field for the payload, filled for the event that was picked."""
    form = DryRunForm(initial={"payload": _example(request.GET.get("name", ""))})
    return render(request, "notifications/fragments/dry_run_payload.html", {"form": form})


@staff_screen(VIEW)
def offer_people(request: HttpRequest) -> HttpResponse:
    """Addresses that begin like what was typed so far, as options of the field."""
    typed = _normalised(request.GET.get("contact", ""))
    found = Contact.objects.filter(address__startswith=typed).order_by("address")[:MOST_OFFERED] if typed else []
    return render(request, "notifications/fragments/dry_run_people.html", {"people": found})


def _rehearse(form: DryRunForm) -> Rehearsal:
    asked = form.cleaned_data
    return rehearse(
        asked["name"], address=asked["contact"], payload=asked["payload"], key=asked["key"],
        at=asked["at"] or clock.now(),
    )  # fmt: skip


def _initial(request: HttpRequest) -> dict[str, str]:
    name = request.GET.get("name", "")
    names = known_names()
    chosen = name if name in names else next(iter(names), "")
    return {"name": chosen, "contact": _address_of(request.GET.get("contact", "")), "payload": _example(chosen)}


def _address_of(contact_id: str) -> str:
    found = (
        Contact.objects.filter(pk=int(contact_id)).first() if contact_id.isdecimal() and len(contact_id) < 19 else None
    )
    return found.email if found else ""


def _example(name: str) -> str:
    return json.dumps(sample_payload(name), indent=2, ensure_ascii=False, default=str)


def _normalised(text: str) -> str:
    """What was typed as addresses are kept; a beginning is no address yet."""
    typed = text.strip()
    try:
        return normalise_address(typed)
    except BadAddress:
        return typed.casefold()
