"""How long does a dead letter keep its secrets, and when can it not be sent any more?"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

from config import clock
from notifications.delivery.models import DeadLetter

#: Secrets of mails that never expire are kept this long.
SECRETS_KEPT = timedelta(days=30)
#: Stands where secrets were erased: without them the mail must not be sent, and None means it had none.
ERASED = b""

#: Why a dead letter is not sent again, in the order in which the reasons are looked for.
REFUSALS: dict[str, str] = {
    "not_dead": "It is no dead letter any more",
    "discarded": "It was discarded, and its contents with it",
    "secrets_expired": "Its secrets have expired, so it cannot be rendered any more",
    "expired": "It is too late to be of use",
}


def refusal_at(at: datetime) -> Case:
    """The SQL of why a dead letter cannot be replayed at `at`: a code of REFUSALS, or ""."""
    is_late = Q(expires_at__lte=at)
    is_old = Q(expires_at=None, died_at__lte=at - SECRETS_KEPT)
    return Case(
        When(~Q(message__state__in=["failed", "dead"]), then=Value("not_dead")),
        When(discarded_at__isnull=False, then=Value("discarded")),
        When(Q(secrets__isnull=False) & (Q(secrets=ERASED) | is_late | is_old), then=Value("secrets_expired")),
        When(is_late, then=Value("expired")),
        default=Value(""),
    )


def refusal_of(message_id: UUID, *, at: datetime) -> str:
    """Why this one cannot be replayed at `at`: a code of REFUSALS, or "" where it can."""
    letters = DeadLetter.objects.filter(pk=message_id).annotate(refusal=refusal_at(at))
    found = letters.values_list("refusal", flat=True).first()
    return "not_dead" if found is None else str(found)


def erase_expired_secrets() -> int:
    """Erase the sealed values of dead letters that are too late to be sent; return of how many."""
    at = clock.now()
    sealed = DeadLetter.objects.filter(secrets__isnull=False).exclude(secrets=ERASED)
    ends_at = Coalesce(F("expires_at"), F("died_at") + SECRETS_KEPT)
    return sealed.alias(ends_at=ends_at).filter(ends_at__lte=at).update(secrets=ERASED)
