"""How does a person choose what they get, without a login? Looking changes nothing; a POST acts, and says what it did.

The token in the address is the only authority: no cookie is read or set. Since a mail may be forwarded, the pages show
no whole address, and what could hurt (see `personal`) asks for it.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from config import clock
from config.tokens import BadToken
from preferences import choices
from preferences.addresses import BadAddress
from preferences.centre import SOURCE, mask_address, read_page
from preferences.contacts import NoSuchContact
from preferences.links import preferences_url_for, read_preferences
from preferences.merged import follow_merge
from preferences.models import Choice, Contact
from preferences.page_limits import may_change, show_too_many
from preferences.pages import person_page, read_form, show, show_bad_link, speaking
from preferences.phones import mask_phone
from preferences.saving import PAUSES, is_changed, save_page
from preferences.visitors import visitor_ip
from preferences.zone_list import chosen_option, zone_options

MOST_OFFERED = (1, 2, 3, 5, 7, 10, 14)
_OFTEN = (
    (Choice.Frequency.IMMEDIATE.value, _("As it comes")),
    (Choice.Frequency.DAILY.value, _("Once a day, together")),
    (Choice.Frequency.WEEKLY.value, _("Once a week, together")),
)


@person_page
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """The page where a person turns topics and kinds of mail on and off, says when and how, pauses, or leaves."""
    contact = find_person(token)
    if contact is None:
        return show_bad_link(request)
    with speaking(request, contact.locale) as language:
        if request.method != "POST":
            return _show_page(request, contact, token, language)
        form = read_form(request)
        if form.get("step") != "leave_all" and not may_change(request, contact, at=clock.now()):
            return show_too_many(request)
        said, faults = _act(request, contact, form)
        if faults:
            contact.refresh_from_db()
            return _show_page(request, contact, token, language, faults=faults, typed=form)
    kept = f"&lang={language}" if "lang" in request.GET and not is_changed(form, "language") else ""
    return HttpResponseRedirect(f"{reverse('preferences:preferences', args=[token])}?said={said}{kept}")


@login_required
@never_cache
def own_preferences(request: HttpRequest) -> HttpResponse:
    """The same page for somebody who is logged in to the application."""
    try:
        return HttpResponseRedirect(preferences_url_for(request.user))  # type: ignore[arg-type] # who logged in has a row
    except (NoSuchContact, BadAddress):
        return show(request, "preferences/public/no_address.html", {}, status=404)


def find_person(token: str) -> Contact | None:
    """Whose page it is; None for a link that is not ours, and for somebody who was erased."""
    try:
        contact = follow_merge(Contact.objects.filter(pk=read_preferences(token)).first())
    except BadToken:
        return None
    return contact if contact and contact.erased_at is None else None


def _act(request: HttpRequest, contact: Contact, form: QueryDict) -> tuple[str, dict[str, str]]:
    """Store what the page was sent: the word for what was done, and the faults."""
    ip = visitor_ip(request)
    if form.get("step") == "leave_all":
        choices.unsubscribe(contact, topic=None, source=SOURCE, ip=ip)
        return "left", {}
    if form.get("step") == "come_back":
        choices.resubscribe(contact, topic=None, source=SOURCE, ip=ip)
        return "back", {}
    return "saved", save_page(contact, form, at=clock.now(), ip=ip)


def _show_page(
    request: HttpRequest,
    contact: Contact,
    token: str,
    language: str,
    *,
    faults: dict[str, str] | None = None,
    typed: QueryDict | None = None,
) -> HttpResponse:
    return show(request, "preferences/public/preferences.html", {
        "page": read_page(contact, language, at=clock.now()), "contact": contact, "token": token, "often": _OFTEN,
        "pauses": PAUSES, "chosen_language": _chosen_language(contact),
        "most_offered": _numbers(contact), "languages": settings.LANGUAGES,
        "zone_options": zone_options(), "zone": _zone_option(contact), "company_zone": settings.POSTRIDER_TIME_ZONE,
        "masked": mask_address(contact.email), "masked_phone": mask_phone(contact.phone),
        "said": "" if faults else request.GET.get("said", ""), "faults": faults or {}, "typed": typed or {},
    }, status=422 if faults else 200)  # fmt: skip


def _chosen_language(contact: Contact) -> str:
    """The language of the list that is meant by the contact's locale; "" where none is."""
    try:
        return get_supported_language_variant(contact.locale.replace("_", "-"))
    except LookupError:
        return ""


def _zone_option(contact: Contact) -> SafeString | str:
    return chosen_option(contact.time_zone) if contact.time_zone else ""


def _numbers(contact: Contact) -> list[int]:
    return sorted({*MOST_OFFERED, *([contact.most_a_week] if contact.most_a_week else [])})
