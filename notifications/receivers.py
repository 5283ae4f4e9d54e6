"""What does the notifications app listen to?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from notifications.delivery.mail import personal_target
from notifications.delivery.unknowns import settle_by_evidence
from tracking.links import provide_personal_targets
from tracking.signals import evidence_found


def connect() -> None:
    """Connect the receivers and say where personal links lead; doing it twice is harmless."""
    evidence_found.connect(on_evidence, dispatch_uid="notifications.evidence")
    provide_personal_targets(personal_target)


def on_evidence(sender: Any, *, message_ids: list[UUID], **_: Any) -> None:
    """Mails that were unknown are proven accepted."""
    settle_by_evidence(message_ids)
