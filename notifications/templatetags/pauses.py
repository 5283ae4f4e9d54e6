"""How does every page of the console say that a stream is paused? `{% paused_streams_banner %}` in the frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from notifications.pauses import paused_streams

register = template.Library()


@register.inclusion_tag("notifications/fragments/paused.html", takes_context=True)
def paused_streams_banner(context: Mapping[str, Any]) -> dict[str, Any]:
    """The paused streams, for staff who may see queues."""
    request = context.get("request")
    may_see = request is not None and request.user.has_perm("notifications.view_outbox")
    return {"paused": paused_streams() if may_see else {}}
