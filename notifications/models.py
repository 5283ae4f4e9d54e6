"""Which rows does the notifications app own? They live beside the code that works on them."""

from __future__ import annotations

from notifications.compose.models import Template, TemplateVersion
from notifications.delivery.models import Attempt, Call, Hold, Outbox, PoolMember, Provider, WorkerBeat

__all__ = [
    "Attempt",
    "Call",
    "Hold",
    "Outbox",
    "PoolMember",
    "Provider",
    "Template",
    "TemplateVersion",
    "WorkerBeat",
]
