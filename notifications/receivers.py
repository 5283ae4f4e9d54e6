"""What does the notifications app listen to?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from notifications.delivery.mail import personal_target
from notifications.delivery.settling import drop_proven, lock_waiting
from notifications.delivery.signals import beyond_cap
from notifications.routing.digests import fold_beyond_cap
from notifications.routing.withdrawals import cancel_resting
from notifications.sign_up_mail import ask_owner
from preferences.models import SignUp
from preferences.signals import sign_up_requested
from tracking.links import provide_personal_targets
from tracking.models import Event
from tracking.signals import evidence_expected, evidence_found, withdrawal_recorded


def connect() -> None:
    """Connect the receivers and say where personal links lead; doing it twice is harmless."""
    evidence_expected.connect(on_reports, dispatch_uid="notifications.reports")
    evidence_found.connect(on_evidence, dispatch_uid="notifications.evidence")
    withdrawal_recorded.connect(on_withdrawal, dispatch_uid="notifications.withdrawal")
    beyond_cap.connect(fold_beyond_cap, dispatch_uid="notifications.beyond_cap")
    sign_up_requested.connect(on_sign_up, dispatch_uid="notifications.sign_up")
    provide_personal_targets(personal_target)


def on_reports(sender: Any, *, message_ids: list[UUID], **_: Any) -> None:
    """Mails that wait are taken before the log changes, in the order in which all take them."""
    lock_waiting(message_ids)


def on_evidence(sender: Any, *, message_ids: list[UUID], **_: Any) -> None:
    """Mails that were unknown, given up or sent again are proven accepted."""
    drop_proven(message_ids)


def on_withdrawal(sender: Any, *, event: Event, **_: Any) -> None:
    """Mails that rest are withdrawn in the same transaction."""
    cancel_resting(event)


def on_sign_up(sender: Any, *, sign_up: SignUp, **_: Any) -> None:
    """The owner of the address is asked by mail."""
    ask_owner(sign_up)
