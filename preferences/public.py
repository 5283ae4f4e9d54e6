"""How does a person leave, come back and choose, without a login? GET never acts; a POST acts at once.

The token in the address is the only authority: no cookie is read or set, so there is no CSRF to guard against, and
nobody is ever turned away from an unsubscribe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config import clock
from config.tokens import BadToken
from preferences import centre, choices
from preferences.links import Leave, preferences_url, read_preferences, read_unsubscribe
from preferences.models import Contact, Topic

PAUSES = (7, 30, 90)  # days that the page offers
_PAUSE_WORDS: dict[str, int | None] = {"none": None, **{str(days): days for days in PAUSES}}

View = Callable[..., HttpResponse]


def _person_page(view: View) -> View:
    """What all these pages share: their methods, no caching, no cookies, and no address leaked by a link away."""

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return page


@_person_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: the mail client's POST is answered briefly; a person gets a page with a button, then with an undo."""
    try:
        link = read_unsubscribe(token)
    except BadToken:
        return _bad_link(request)
    contact = Contact.objects.filter(pk=link.contact_id).first()
    if contact is None:
        return _bad_link(request)
    if request.method != "POST":
        return _unsubscribe_page(request, contact, link, done="")
    return _act(request, contact, link)


@_person_page
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """The page where a person turns topics on and off, pauses, or leaves altogether."""
    try:
        contact = Contact.objects.filter(pk=read_preferences(token), erased_at=None).first()
    except BadToken:
        contact = None
    if contact is None:
        return _bad_link(request)
    if request.method == "POST":
        said = _save(contact, request.POST)
        return HttpResponseRedirect(f"{reverse('preferences:preferences', args=[token])}?said={said}")
    return _preference_page(request, contact)


def _act(request: HttpRequest, contact: Contact, link: Leave) -> HttpResponse:
    """Do what the POST says. Whatever is not our own page's undo is an unsubscribe, readable or not."""
    form = _read_form(request)
    change = choices.resubscribe if form.get("step") == "undo" else choices.unsubscribe
    message_id = link.message_id if link.message_id.int else None
    change(contact, topic=_topic(link), source="unsubscribe link", message_id=message_id)
    if "step" not in form:
        return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
    return _unsubscribe_page(request, contact, link, done="back" if form["step"] == "undo" else "left")


def _read_form(request: HttpRequest) -> QueryDict:
    try:
        return request.POST
    except (MultiPartParserError, SuspiciousOperation):
        return QueryDict()  # a mail client's POST that we cannot read is an unsubscribe all the same


def _topic(link: Leave) -> Topic | None:
    """The topic that the link is about; None means everything, also where the topic is gone."""
    return Topic.objects.filter(pk=link.topic_id).first() if link.topic_id else None


def _unsubscribe_page(request: HttpRequest, contact: Contact, link: Leave, *, done: str) -> HttpResponse:
    return render(request, "preferences/public/unsubscribe.html", {
        "done": done, "topic": _topic(link), "masked": centre.mask_address(contact.email),
        "preferences_url": "" if contact.erased_at else preferences_url(contact.pk),
    })  # fmt: skip


def _save(contact: Contact, form: QueryDict) -> str:
    """Store what the page was sent; the word for what was done, shown by the page after it."""
    at = clock.now()
    if form.get("step") == "leave_all":
        choices.unsubscribe(contact, topic=None, source=centre.SOURCE)
        return "left"
    if form.get("step") == "come_back":
        choices.resubscribe(contact, topic=None, source=centre.SOURCE)
        return "back"
    centre.save_switches(contact, form.getlist("topic"), at=at)
    pause = form.get("pause", "keep")
    if pause in _PAUSE_WORDS:
        centre.pause_for(contact, _PAUSE_WORDS[pause], at=at)
    return "saved"


def _preference_page(request: HttpRequest, contact: Contact) -> HttpResponse:
    context: dict[str, Any] = {
        "page": centre.read_page(contact, at=clock.now()), "pauses": PAUSES, "said": request.GET.get("said", ""),
        "masked": centre.mask_address(contact.email),
    }  # fmt: skip
    return render(request, "preferences/public/preferences.html", context)


def _bad_link(request: HttpRequest) -> HttpResponse:
    """One calm answer for every link that is not ours, so that nobody learns anything by trying."""
    return render(request, "public/bad_link.html", status=404)
