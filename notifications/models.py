"""Which rows does the notifications app own? They live beside the code that works on them."""

from __future__ import annotations

from notifications.compose.blocks.models import SavedBlock
from notifications.compose.brands.models import Brand
from notifications.compose.drafts.models import DraftRevision, TemplateDraft
from notifications.compose.models import PlannedPublication, Publication, Template, TemplateVersion
from notifications.compose.pictures.models import Picture
from notifications.compose.preflight.models import Acknowledgement, PreflightOverride
from notifications.delivery.models import (
    Alert,
    Attempt,
    Breaker,
    Call,
    DeadLetter,
    DomainPause,
    Hold,
    Outbox,
    PoolMember,
    Provider,
    SeedList,
    Sender,
    SenderDomain,
    TemplateTest,
    WarmupDay,
    WarmupPlan,
    WorkerBeat,
)
from notifications.routing.models import Digest, DigestItem

__all__ = [
    "Acknowledgement",
    "Alert",
    "Attempt",
    "Brand",
    "Breaker",
    "Call",
    "DeadLetter",
    "Digest",
    "DigestItem",
    "DomainPause",
    "DraftRevision",
    "Hold",
    "Outbox",
    "Picture",
    "PlannedPublication",
    "PoolMember",
    "PreflightOverride",
    "Provider",
    "Publication",
    "SavedBlock",
    "SeedList",
    "Sender",
    "SenderDomain",
    "Template",
    "TemplateDraft",
    "TemplateTest",
    "TemplateVersion",
    "WarmupDay",
    "WarmupPlan",
    "WorkerBeat",
]
