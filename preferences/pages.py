"""What do all pages share that people reach without a login? Methods, language, no caching, no cookies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponse]


def person_page(view: View) -> View:
    """Decorate a view of a token or a form's key: not cached, no cookies, and no address leaked by a link away.

    The token in the address is the only authority. A browser sends it along for nobody else, so there is no request
    to forge and no CSRF token to ask for.
    """

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def page(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A language that the page can be switched to."""

    code: str
    name: str  # in itself
    is_active: bool


def language_of(request: HttpRequest, locale: str) -> str:
    """The language to show: switched on the page (?lang=de), else the person's, else the browser's."""
    for wanted in (request.GET.get("lang", ""), locale):
        try:
            return translation.get_supported_language_variant(wanted.replace("_", "-"))
        except LookupError:
            continue
    return translation.get_language() or settings.LANGUAGE_CODE


@contextmanager
def speaking(request: HttpRequest, locale: str) -> Iterator[str]:
    """Speak to somebody with this locale for the length of the block; yields the language's code."""
    language = language_of(request, locale)
    with translation.override(language):
        yield language


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the active language, with the ways to the others."""
    active = translation.get_language() or settings.LANGUAGE_CODE
    tongues = [
        Tongue(code=code, name=translation.get_language_info(code)["name_local"], is_active=code == active)
        for code, _name in settings.LANGUAGES
    ]
    kept = f"?lang={active}" if "lang" in request.GET else ""
    response = render(request, template, {"tongues": tongues, "kept_language": kept, **context}, status=status)
    response.headers["Content-Language"] = active
    return response


def show_bad_link(request: HttpRequest) -> HttpResponse:
    """One calm answer for every link that is not ours, so that nobody learns anything by trying."""
    with speaking(request, ""):
        return show(request, "public/bad_link.html", {}, status=404)


def read_form(request: HttpRequest) -> QueryDict:
    """What was sent; nothing where it cannot be read, since a mail client's odd POST is an unsubscribe all the same."""
    request.encoding = "utf-8"  # whatever charset it claims: Django refuses forms in any other
    try:
        return request.POST
    except (MultiPartParserError, SuspiciousOperation, OSError):
        return QueryDict()
