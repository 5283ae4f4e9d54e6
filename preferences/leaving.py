"""How does a person leave by a link in a mail, say why if they like, and come back? GET never acts; a POST always does.

Nobody is ever turned away: there is no login, no cookie, no limit, and whatever is posted that is not a button of our
own page is taken as an unsubscribe (RFC 8058).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from config.tokens import BadToken
from preferences import centre, choices
from preferences.links import Leave, preferences_url, read_undo, read_unsubscribe, undo_token
from preferences.merged import follow_merge
from preferences.models import Contact, Topic
from preferences.pages import person_page, read_form, show, show_bad_link, speaking
from preferences.visitors import visitor_ip

SOURCE = "unsubscribe link"

#: Why people leave: the code that is kept, and the words they pick from.
REASONS = {
    "too_many": _("You write too often"),
    "not_relevant": _("It does not interest me any more"),
    "not_expected": _("It is not what I signed up for"),
    "not_asked": _("I never signed up for it"),
    "other": _("Another reason"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Who leaves what, and from which mail. `topic` None: everything."""

    contact: Contact
    topic: Topic | None
    link: Leave

    @property
    def message_id(self) -> UUID | None:
        """The mail that the link came with; None for a link that came with none."""
        return self.link.message_id if self.link.message_id.int else None


@person_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A mail client's POST is answered briefly; a person gets a page with buttons, then with an undo."""
    try:
        link = read_unsubscribe(token)
    except BadToken:
        return show_bad_link(request)
    contact = follow_merge(Contact.objects.filter(pk=link.contact_id).first())
    if contact is None:
        return show_bad_link(request)
    form = read_form(request) if request.method == "POST" else QueryDict()
    leaving = _leaving(contact, link, is_of_all=form.get("of") == "all")
    with speaking(request, contact.locale) as language:
        if request.method != "POST":
            return _page(request, leaving, language, done="")
        return _act(request, leaving, language, form)


def _leaving(contact: Contact, link: Leave, *, is_of_all: bool) -> Leaving:
    """A topic that is gone means everything."""
    topic = Topic.objects.filter(pk=link.topic_id).first() if link.topic_id and not is_of_all else None
    return Leaving(contact=contact, topic=topic, link=link)


def _act(request: HttpRequest, leaving: Leaving, language: str, form: QueryDict) -> HttpResponse:
    """Do what the POST says; an answer is a page only where our own page asked."""
    match form.get("step"):
        case "undo":
            _come_back(request, leaving, form)
            return _page(request, leaving, language, done="back")
        case "reason":
            _explain(leaving, form.get("reason", ""))
            return _page(request, leaving, language, done="told", undo=form.get("before", ""))
        case step:
            undo = _leave(request, leaving)
            if step is None:
                return HttpResponse("You are unsubscribed.\n", content_type="text/plain")
            return _page(request, leaving, language, done="left", undo=undo)


def _leave(request: HttpRequest, leaving: Leaving) -> str:
    """Unsubscribe; the token that undoes it, "" where it was just so before. Of the erased nothing is written."""
    if leaving.contact.erased_at:
        return ""
    before = choices.unsubscribe(
        leaving.contact, topic=leaving.topic, source=SOURCE, message_id=leaving.message_id, ip=visitor_ip(request)
    )
    return "" if before is None else undo_token(leaving.contact.pk, before)


def _come_back(request: HttpRequest, leaving: Leaving, form: QueryDict) -> None:
    if leaving.contact.erased_at:
        return
    choices.resubscribe(
        leaving.contact, topic=leaving.topic, source=SOURCE, message_id=leaving.message_id, ip=visitor_ip(request),
        before=read_undo(form.get("before", ""), contact_id=leaving.contact.pk),
    )  # fmt: skip


def _explain(leaving: Leaving, reason: str) -> None:
    if reason in REASONS:
        choices.explain_leaving(leaving.contact, topic=leaving.topic, reason=reason, message_id=leaving.message_id)


def _page(request: HttpRequest, leaving: Leaving, language: str, *, done: str, undo: str = "") -> HttpResponse:
    contact, topic = leaving.contact, leaving.topic
    return show(request, "preferences/public/unsubscribe.html", {
        "done": done, "topic_name": topic.name_in(language) if topic else "", "undo": undo, "reasons": REASONS.items(),
        "of": "" if topic else "all", "masked": centre.mask_address(contact.email),
        "preferences_url": "" if contact.erased_at else preferences_url(contact.pk),
    })  # fmt: skip
