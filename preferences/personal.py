"""What of a person's own can they see, take along, correct and have erased? Phone, mails received, data, erasure.

A preference link may have been forwarded with its mail, so whatever could hurt asks for the whole e-mail address,
which these pages never show. Erasing takes two steps.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from config import clock, tokens
from config.tokens import BadToken
from preferences import choices
from preferences.addresses import BadAddress, normalise_address
from preferences.centre import SOURCE, mask_address
from preferences.history import Received, received_by
from preferences.kind_words import say
from preferences.models import Contact, Topic
from preferences.offered import find_offered
from preferences.page_limits import may_prove, show_too_many
from preferences.pages import person_page, read_form, show, show_bad_link, speaking
from preferences.phones import BadPhone, mask_phone, normalise_phone
from preferences.public import find_person

MAILS_SHOWN = 50
_ERASE = "erase"
#: How long the second step of an erasure may take.
_ERASE_WITHIN = timedelta(hours=1)

Page = Callable[[HttpRequest, Contact, str, str], HttpResponse]


def _own_page(page: Page) -> Callable[..., HttpResponse]:
    """Find the person by the token, and speak their language."""

    @person_page
    def view(request: HttpRequest, token: str) -> HttpResponse:
        contact = find_person(token)
        if contact is None:
            return show_bad_link(request)
        with speaking(request, contact.locale) as language:
            if request.method == "POST" and not may_prove(request, contact, at=clock.now()):
                return show_too_many(request)
            return page(request, contact, token, language)

    return view


@_own_page
def mails(request: HttpRequest, contact: Contact, token: str, language: str) -> HttpResponse:
    """The mails that the person received."""
    topics = {topic.key: topic.name_in(language) for topic in Topic.objects.filter(is_listed=True)}
    received = [(one, _name(one, topics)) for one in received_by(contact.pk, limit=MAILS_SHOWN)]
    return _show(request, "mails", contact, token, received=received, most=MAILS_SHOWN)


@_own_page
def phone(request: HttpRequest, contact: Contact, token: str, language: str) -> HttpResponse:
    """Where text messages go: entered, changed or removed."""
    form = read_form(request)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = _save_phone(contact, form)
        contact.refresh_from_db()
    is_done = request.method == "POST" and not faults
    return _show(
        request, "phone", contact, token, faults=faults, typed=form if faults else {}, is_done=is_done,
        masked_phone=mask_phone(contact.phone), status=422 if faults else 200,
    )  # fmt: skip


@_own_page
def data(request: HttpRequest, contact: Contact, token: str, language: str) -> HttpResponse:
    """Everything that is known of the person, as a JSON file."""
    form = read_form(request)
    if request.method == "POST" and _is_own_address(contact, form.get("address", "")):
        from preferences.portability import collect_personal_data

        text = json.dumps(collect_personal_data(contact), cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        disposition = {"Content-Disposition": 'attachment; filename="my-data.json"'}
        return HttpResponse(text, content_type="application/json", headers=disposition)
    faults = _address_fault() if request.method == "POST" else {}
    return _show(request, "data", contact, token, faults=faults, typed=form, status=422 if faults else 200)


@_own_page
def erase(request: HttpRequest, contact: Contact, token: str, language: str) -> HttpResponse:
    """First the whole address, then a last question, then everything about the person goes."""
    form, at = read_form(request), clock.now()
    if request.method != "POST":
        return _show(request, "erase", contact, token, faults={}, typed=form)
    if _may_erase(contact, form.get("proof", ""), at=at):
        from preferences.erasure import erase_contact

        erase_contact(contact, source=SOURCE)
        return show(request, "preferences/public/erased.html", {})
    if not _is_own_address(contact, form.get("address", "")):
        return _show(request, "erase", contact, token, faults=_address_fault(), typed=form, status=422)
    return _show(request, "erase", contact, token, faults={}, typed=form, proof=_erase_proof(contact, at=at))


def _show(
    request: HttpRequest, name: str, contact: Contact, token: str, *, status: int = 200, **context: object
) -> HttpResponse:
    common = {"masked": mask_address(contact.email), "token": token}
    return show(request, f"preferences/public/{name}.html", {**common, **context}, status=status)


def _save_phone(contact: Contact, form: QueryDict) -> dict[str, str]:
    faults = {} if _is_own_address(contact, form.get("address", "")) else _address_fault()
    number = "" if form.get("step") == "remove" else form.get("phone", "")
    if not number and form.get("step") != "remove":
        faults["phone"] = _("Write a phone number.")
    phone = ""
    try:
        phone = normalise_phone(number) if number else ""
    except BadPhone:
        faults["phone"] = _("Write the number with its country, such as +49 151 23456789.")
    if not faults:
        choices.set_phone(contact, phone)
    return faults


def _is_own_address(contact: Contact, text: str) -> bool:
    try:
        return normalise_address(text) == contact.address
    except BadAddress:
        return False


def _address_fault() -> dict[str, str]:
    return {"address": _("This is not the address that our mail goes to. Write it in full.")}


def _erase_proof(contact: Contact, *, at: datetime) -> str:
    """What the first step hands to the second; good for an hour."""
    return tokens.sign(_ERASE, f"{contact.pk} {int(at.timestamp())}".encode())


def _may_erase(contact: Contact, proof: str, *, at: datetime) -> bool:
    try:
        whose, _space, since = tokens.read(_ERASE, proof).decode().partition(" ")
    except BadToken:
        return False
    return whose == str(contact.pk) and 0 <= at.timestamp() - int(since) <= _ERASE_WITHIN.total_seconds()


def _name(one: Received, topics: dict[str, str]) -> str:
    """What a mail was about: its kind, else its topic."""
    kind = find_offered(one.type_key)
    return say(kind.name) if kind else topics.get(one.topic_key, "") or _("A mail from us")
