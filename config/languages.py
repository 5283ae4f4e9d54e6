"""In which language does the console speak? In its own, whatever the browser asks; pages for people in theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

#: Attributes by which Django's admin, and ours, mark the views of staff.
_MARKS = ("admin_site", "model_admin", "is_staff_screen")


class ConsoleLanguage:
    """Middleware, after Django's own: the console's words are not translated, so those of others stay in step."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> None:
        """As soon as it is known whose page it is."""
        if any(hasattr(view, mark) for mark in _MARKS):
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE
