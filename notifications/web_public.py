"""How is a mail read in a browser? Without a login or cookies, and without anything that acts for its recipient."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from config import clock
from config.policy import HEADER
from config.tokens import BadToken
from notifications.web_version import find_shown, write_for_all, write_own
from preferences.addresses import BadAddress, normalise_address
from preferences.centre import mask_address
from preferences.models import Contact
from preferences.page_limits import may_prove, may_read, show_too_many
from preferences.pages import person_page, read_form, show, show_bad_link, speaking
from tracking.models import Message
from tracking.web_links import own_copy_token, read_own_copy, read_web_version, web_version_url

#: How long the recipient's own copy is shown once they have said who they are.
OWN_COPY_FOR = timedelta(hours=1)
#: A mail is somebody else's HTML: pictures and styles, and nothing that runs, is sent, or frames it.
_POLICY = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline' https:; font-src https: data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)
_BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)


@person_page
def show_to_all(request: HttpRequest, token: str) -> HttpResponse:
    """The version for everybody, which the link in the mail leads to."""
    message = _find(token)
    if message is None:
        return show_bad_link(request)
    with speaking(request, ""):  # anybody may read it, so the browser says in which language
        if not may_read(request, at=clock.now()):
            return show_too_many(request)
        text = write_for_all(message)
        own = "" if message.contact.erased_at else reverse("notifications:web-own", args=[token])
        if not text:
            return show(request, "public/web_version_none.html", {"own": own}, status=404)
        return _serve(text, "public/web_version_bar.html", {"own": own})


@person_page
def ask_whose(request: HttpRequest, token: str) -> HttpResponse:
    """The whole address opens the recipient's own copy: the link alone may have been passed on."""
    message, at = _find(token), clock.now()
    if message is None or message.contact.erased_at:
        return show_bad_link(request)
    with speaking(request, message.contact.locale):
        form, faults = read_form(request), {}
        if request.method == "POST":
            if not may_prove(request, message.contact, at=at):
                return show_too_many(request)
            if _is_address_of(message.contact, form.get("address", "")):
                return _lead_to_copy(message, at=at)
            faults = {"address": _("This is not the address that our mail goes to. Write it in full.")}
        context = {"masked": mask_address(message.contact.email), "faults": faults, "typed": form, "token": token}
        return show(request, "public/web_version_own.html", context, status=422 if faults else 200)


@person_page
def show_own(request: HttpRequest, token: str) -> HttpResponse:
    """The mail as its recipient got it, for an hour."""
    try:
        message = find_shown(read_own_copy(token, at=clock.now()))
    except BadToken:
        message = None
    if message is None or message.contact.erased_at:
        return show_bad_link(request)
    with speaking(request, message.contact.locale):
        if not may_read(request, at=clock.now()):
            return show_too_many(request)
        text, shared = write_own(message), web_version_url(message.pk)
        if not text:
            return show(request, "public/web_version_none.html", {"own": ""}, status=404)
        return _serve(text, "public/web_version_bar.html", {"shared": shared})


@person_page
def explain_yours(request: HttpRequest) -> HttpResponse:
    """Where links lead that work in a person's own mail only."""
    with speaking(request, ""):
        return show(request, "public/web_version_yours.html", {})


def _find(token: str) -> Message | None:
    try:
        return find_shown(read_web_version(token))
    except BadToken:
        return None


def _is_address_of(contact: Contact, text: str) -> bool:
    try:
        return normalise_address(text) == contact.address
    except BadAddress:
        return False


def _lead_to_copy(message: Message, *, at: datetime) -> HttpResponse:
    copy = own_copy_token(message.pk, until=at + OWN_COPY_FOR)
    return HttpResponseRedirect(reverse("notifications:web-copy", args=[copy]), status=303)


def _serve(text: str, bar: str, context: dict[str, str]) -> HttpResponse:
    """The mail with a line above it that says what is shown."""
    line = render_to_string(bar, context)
    found = _BODY.search(text)
    whole = text[: found.end()] + line + text[found.end() :] if found else line + text
    return HttpResponse(whole, headers={HEADER: _POLICY, "X-Content-Type-Options": "nosniff"})
