"""How do providers' webhooks come in, and do pictures of mails go out?

Webhooks are authenticated, stored raw, answered; processed later from a queue.
"""

from __future__ import annotations

import logging

from anymail.exceptions import AnymailWebhookValidationFailure
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.compose.pictures.models import Picture
from notifications.delivery.inbound import follow_letter
from notifications.delivery.models import Provider
from notifications.delivery.providers import kind_of
from notifications.delivery.replies import follow_reply
from preferences.pages import person_page, show
from tracking.receipts import accept_reports

_PICTURE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif"}

logger = logging.getLogger("postrider.webhooks")

MAX_BODY_BYTES = 5 * 1024 * 1024
_NOT_UNDERSTOOD = (ValueError, KeyError, TypeError, AttributeError, NotImplementedError, LookupError)


@person_page
def show_test_page(request: HttpRequest) -> HttpResponse:
    """Where the ways out of a test mail lead. It knows nobody and changes nothing, whatever is posted."""
    return show(request, "notifications/public/test_page.html", {})


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def webhook(request: HttpRequest, kind: str, account: str) -> HttpResponse:
    """One provider account's webhook. Some providers probe the address with HEAD."""
    provider = Provider.objects.filter(webhook_key=account, kind=kind).first()
    if provider is None:
        return HttpResponse("There is no such webhook.", status=404, content_type="text/plain")
    if request.method == "HEAD":
        return HttpResponse()
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        return HttpResponse("The body is too large.", status=413, content_type="text/plain")
    return _take(provider, request)


def _take(provider: Provider, request: HttpRequest) -> HttpResponse:
    try:
        kind = kind_of(provider)
        reply = kind.read_reply(provider, request)
        reports = [] if reply else kind.read_webhook(provider, request)
    except AnymailWebhookValidationFailure:
        return _refuse(provider, request)
    except _NOT_UNDERSTOOD as error:
        logger.warning("webhook of %s not understood (%s)", provider.key, type(error).__name__)
        return HttpResponse("Not understood.", status=400, content_type="text/plain")
    if reply:
        follow_reply(reply)
    else:
        accept_reports(reports)
    return HttpResponse()


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def inbound(request: HttpRequest, kind: str, account: str) -> HttpResponse:
    """Mail that comes in through a provider account. One that asks for nothing is taken all the same, and dropped."""
    provider = Provider.objects.filter(webhook_key=account, kind=kind).first()
    if provider is None:
        return HttpResponse("There is no such webhook.", status=404, content_type="text/plain")
    if request.method == "HEAD":
        return HttpResponse()
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
            return HttpResponse("The mail is too large.", status=413, content_type="text/plain")
        letters = kind_of(provider).read_inbound(provider, request)
    except AnymailWebhookValidationFailure:
        return _refuse(provider, request)
    except _NOT_UNDERSTOOD as error:
        logger.warning("inbound webhook of %s not understood (%s)", provider.key, type(error).__name__)
        return HttpResponse("Not understood.", status=400, content_type="text/plain")
    for letter in letters:
        follow_letter(letter, provider_key=provider.key)
    return HttpResponse()


def _refuse(provider: Provider, request: HttpRequest) -> HttpResponse:
    if kind_of(provider).challenges_webhooks and "Authorization" not in request.headers:
        challenge = {"WWW-Authenticate": 'Basic realm="webhook", charset="UTF-8"'}
        return HttpResponse("Log in.", status=401, content_type="text/plain", headers=challenge)
    logger.warning("webhook of %s refused: wrong or missing authentication", provider.key)
    return HttpResponse("Not authenticated.", status=403, content_type="text/plain")


@require_http_methods(["GET", "HEAD"])
def picture(request: HttpRequest, digest: str, form: str) -> HttpResponse:
    """An uploaded picture. It is never changed, so every cache may keep it for ever."""
    content = Picture.objects.filter(digest=digest, format=form).values_list("content", flat=True).first()
    if content is None:
        return HttpResponse("There is no such picture.", status=404, content_type="text/plain")
    response = HttpResponse(bytes(content), content_type=_PICTURE_TYPES[form])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
