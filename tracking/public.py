"""What do a mail's links and pixel answer? They need no login and tell nothing."""

from __future__ import annotations

import base64
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from config.tokens import BadToken
from tracking.bots import machine_reason
from tracking.links import find_target, read_message_token
from tracking.models import Message, MessageEvent
from tracking.receipts import Report, accept_reports

_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class MailRedirect(HttpResponseRedirect):
    """A redirect that may also open a mail program."""

    allowed_schemes = ["http", "https", "mailto"]


@csrf_exempt
@never_cache
def open_pixel(request: HttpRequest, token: str) -> HttpResponse:
    """The pixel: always the same answer, known token or not."""
    try:
        message_id = read_message_token(token)
    except BadToken:
        message_id = None
    if message_id and Message.objects.filter(pk=message_id).exists():
        _report(request, message_id, MessageEvent.Kind.OPENED, {})
    return HttpResponse(_PIXEL, content_type="image/gif")


@csrf_exempt
@never_cache
def click(request: HttpRequest, token: str, number: int, index: int | None = None) -> HttpResponse:
    """Redirect to the address stored for this link; anything else is a page that says the link is not valid."""
    try:
        message = Message.objects.filter(pk=read_message_token(token)).first()
    except BadToken:
        message = None
    target = find_target(message, number, index) if message else None
    if message is None or target is None:
        return HttpResponseNotFound(render(request, "tracking/public/bad_link.html").content)
    _report(request, message.pk, MessageEvent.Kind.CLICKED, {"link": number})
    response = MailRedirect(target)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _report(request: HttpRequest, message_id: UUID, kind: MessageEvent.Kind, detail: dict[str, object]) -> None:
    agent = request.headers.get("User-Agent", "")[:300]
    report = Report(
        provider="own", kind=kind, occurred_at=timezone.now(), event_key="", message_id=message_id,
        machine_reason=machine_reason(method=request.method or "GET", user_agent=agent),
        detail={**detail, "user_agent": agent},
    )  # fmt: skip
    accept_reports([report])
