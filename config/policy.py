"""What may a page of ours load and run? A Content-Security-Policy on every answer that has none of its own.

Staff pages need 'unsafe-eval' for Alpine, which Unfold's menus are made of; nothing inline runs anywhere, so a script
that gets into a page by way of somebody's name or a mail's content stays text. `frame-src 'none'` also keeps a
previewed mail (an iframe of `srcdoc`, which needs no permission) from going anywhere when its links are pressed.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"

_EVERYWHERE = (
    "default-src 'self'",
    "img-src 'self' data: https:",
    "style-src 'self' 'unsafe-inline'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_PUBLIC = "; ".join((*_EVERYWHERE, "script-src 'none'"))
_STAFF = "; ".join((*_EVERYWHERE, "script-src 'self' 'unsafe-eval'"))

#: First parts of addresses that people without login see; none of these pages has a script.
PUBLIC_PATHS = ("/u/", "/p/", "/s/", "/confirm/", "/o/", "/c/", "/i/", "/w/", "/webhooks/", "/healthz")


def framable_policy() -> str:
    """For a page without scripts that other sites may put into a frame."""
    return _PUBLIC.replace("frame-ancestors 'none'", "frame-ancestors *")


class ContentSecurityPolicy:
    """Middleware: adds the policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if HEADER not in response.headers and not _is_debug_page(response):
            is_public = request.path.startswith(PUBLIC_PATHS)
            response.headers[HEADER] = _PUBLIC if is_public else _STAFF
        return response


def _is_debug_page(response: HttpResponse) -> bool:
    """Django's own error page for developers is made of inline scripts; it exists in DEBUG only."""
    return settings.DEBUG and response.status_code == 500
