"""How do the open alerts get onto a screen? `{% open_alerts %}`, for those who may see accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from notifications.delivery.models import Alert, Provider

register = template.Library()

MOST_SHOWN = 20

#: What each kind is called; a kind that nobody named is shown as it is.
KINDS: dict[str, str] = {
    "credentials_refused": "Credentials refused",
    "breaker_open": "Account left alone",
    "asked_to_wait": "Account asks for a long wait",
    "blocklisted": "Blocked by a recipient's server",
    "dead_letters": "Dead letters",
    "domain_unfit": "Domain not fit for marketing",
    "warmup_held": "Warm-up held",
}

_PAGES = {
    "breaker_open": "notifications:providers",
    "asked_to_wait": "notifications:providers",
    "blocklisted": "notifications:providers",
    "domain_unfit": "notifications:domains",
    "warmup_held": "notifications:warmups",
}


@register.inclusion_tag("notifications/fragments/alerts.html", takes_context=True)
def open_alerts(context: Mapping[str, Any]) -> dict[str, Any]:
    """The open alerts, newest first, and whether the person may clear them."""
    request = context["request"]
    may_see = request.user.has_perm("notifications.view_provider")
    found = list(Alert.objects.filter(cleared_at=None)[: MOST_SHOWN + 1]) if may_see else []
    return {
        "request": request, "may_see": may_see, "alerts": found[:MOST_SHOWN], "has_more": len(found) > MOST_SHOWN,
        "may_clear": request.user.has_perm("notifications.change_provider"), "page": request.path,
    }  # fmt: skip


@register.filter
def page_of(alert: Alert) -> str:
    """The screen on which an alert is seen to; empty for a kind that has none."""
    if alert.kind == "dead_letters":
        return f"{reverse('notifications:deadletters')}?{urlencode({'cause': alert.subject})}"
    if alert.kind == "credentials_refused":
        account = Provider.objects.filter(key=alert.subject).values_list("pk", flat=True).first()
        return reverse("admin:notifications_provider_change", args=[account]) if account else ""
    page = _PAGES.get(alert.kind)
    return reverse(page) if page else ""


@register.filter
def kind_in_words(kind: str) -> str:
    """An alert's kind as people say it."""
    return KINDS.get(kind, kind.replace("_", " ").capitalize())
