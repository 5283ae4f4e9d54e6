"""How do the open alerts get onto a screen? `{% open_alerts %}`, for those who may see accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from notifications.delivery.models import Alert

register = template.Library()

MOST_SHOWN = 20

#: What each kind is called; a kind that nobody named is shown as it is.
KINDS: dict[str, str] = {
    "credentials_refused": "Credentials refused",
    "breaker_open": "Account left alone",
    "blocklisted": "Blocked by a recipient's server",
    "dead_letters": "Dead letters",
    "warmup_held": "Warm-up held",
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
def kind_in_words(kind: str) -> str:
    """An alert's kind as people say it."""
    return KINDS.get(kind, kind.replace("_", " ").capitalize())
