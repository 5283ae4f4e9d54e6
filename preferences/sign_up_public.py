"""How does somebody sign up, and confirm? Without login, cookies or scripts; looking never acts, pressing does.

Whoever signs up is told the same whatever is known of the address, so nobody learns by trying who is a customer.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt

from config import clock
from config.policy import HEADER, framable_policy
from config.tokens import BadToken
from preferences.centre import mask_address
from preferences.links import preferences_url
from preferences.models import SignUp, SignUpForm
from preferences.pages import person_page
from preferences.sign_up_page import Outcome, SignUpPage, answer, show
from preferences.sign_up_tokens import read_confirm
from preferences.sign_ups import confirm_sign_up, find_sign_up, undo_sign_up
from preferences.visitors import visitor_ip

MOST_BYTES = 64 * 1024

View = Callable[..., HttpResponse]
_STATUS = {Outcome.SHOWN: 200, Outcome.PRESS_AGAIN: 200, Outcome.FAULTY: 422, Outcome.TOO_MANY: 429}


@person_page
def sign_up(request: HttpRequest, key: str) -> HttpResponse:
    """A form's own page, which also takes what forms in other sites send."""
    return _sign_up(request, key, is_framed=False)


@xframe_options_exempt
@person_page
def sign_up_frame(request: HttpRequest, key: str) -> HttpResponse:
    """The same form without the page around it, for a frame in somebody's site."""
    response = _sign_up(request, key, is_framed=True)
    response.headers[HEADER] = framable_policy()
    return response


def _sign_up(request: HttpRequest, key: str, *, is_framed: bool) -> HttpResponse:
    form = SignUpForm.objects.select_related("wording").filter(key=key).first()
    if form is None:
        return _say(request, "closed", is_framed=is_framed, status=404)
    with translation.override(form.wording.locale):
        if not form.is_active:
            return _say(request, "closed", is_framed=is_framed, status=410)
        if request.method != "POST":
            if "done" in request.GET:
                return _say(request, "asked", form=form, is_framed=is_framed)
            return _show(request, show(form, at=clock.now()), is_framed=is_framed)
        typed = _read(request)
        if typed is None:
            return _say(request, "unreadable", form=form, is_framed=is_framed, status=400)
        return _answer(request, form, typed, is_framed=is_framed)


def _answer(request: HttpRequest, form: SignUpForm, typed: QueryDict, *, is_framed: bool) -> HttpResponse:
    page = answer(form, typed, ip=visitor_ip(request), at=clock.now())
    if page.outcome is Outcome.ASKED:
        response = HttpResponseRedirect(f"{request.path}?done")
        response.status_code = 303
        return response
    return _show(request, page, is_framed=is_framed)


def _read(request: HttpRequest) -> QueryDict | None:
    """What was sent; None when it is too large or no form at all."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            return None
        request.encoding = "utf-8"  # whatever charset it claims: Django refuses forms in any other
        return request.POST
    except (MultiPartParserError, SuspiciousOperation, ValueError, OSError):
        return None


def _show(request: HttpRequest, page: SignUpPage, *, is_framed: bool) -> HttpResponse:
    context = {"page": page, "form": page.form, "answers": page.answers, "is_framed": is_framed}
    response = render(request, "preferences/public/sign_up.html", context, status=_STATUS[page.outcome])
    if page.outcome is Outcome.TOO_MANY:
        response.headers["Retry-After"] = "3600"
    return response


def _say(
    request: HttpRequest, said: str, *, form: SignUpForm | None = None, is_framed: bool, status: int = 200
) -> HttpResponse:
    context = {"said": said, "form": form, "is_framed": is_framed}
    return render(request, "preferences/public/sign_up_said.html", context, status=status)


@person_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the confirmation mail leads: a page with a button, since scanners follow links; the button confirms."""
    try:
        found = find_sign_up(read_confirm(token), at=clock.now())
    except BadToken:
        return render(request, "public/bad_link.html", status=404)
    if found is None:
        return render(request, "preferences/public/confirm.html", {"state": "late"}, status=410)
    with translation.override(found.wording.locale):
        return _confirm(request, found)


def _confirm(request: HttpRequest, found: SignUp) -> HttpResponse:
    state = "done" if found.confirmed_at else "open"
    if request.method == "POST":
        step = (_read(request) or QueryDict()).get("step")
        if step == "undo":
            state = "undone" if undo_sign_up(found) or not found.confirmed_at else state
        elif step == "confirm":
            confirm_sign_up(found, ip=visitor_ip(request), at=clock.now())
            state = "new"
    return render(request, "preferences/public/confirm.html", {
        "state": state, "form": found.form, "topics": found.topics.all(), "wording": found.wording,
        "masked": mask_address(found.contact.email), "preferences_url": preferences_url(found.contact_id),
    })  # fmt: skip
