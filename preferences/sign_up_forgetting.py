"""What becomes of sign-ups that nobody confirms? They are forgotten, and so is whoever is known by nothing else."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from preferences.erasure import erase_contact
from preferences.facts import lock_contact
from preferences.models import Contact, SignUp, Suppression
from preferences.sign_ups import CONFIRMABLE_FOR
from preferences.suppression import lift_suppression

SOURCE = "never confirmed"


def find_late(*, at: datetime, limit: int) -> list[int]:
    """The contacts, so many at most, with a sign-up that can no longer be confirmed."""
    late = SignUp.objects.filter(confirmed_at=None, requested_at__lt=at - CONFIRMABLE_FOR)
    return list(late.order_by("contact_id").values_list("contact_id", flat=True).distinct()[:limit])


@transaction.atomic
def forget_late(contact_id: int, *, is_known: bool, at: datetime) -> None:
    """Delete somebody's late sign-ups; unless they are known by something else, the person with them.

    Somebody who was forgotten had asked for nothing, erasure included: they may sign up again.
    """
    lock_contact(contact_id)
    SignUp.objects.filter(contact_id=contact_id, confirmed_at=None, requested_at__lt=at - CONFIRMABLE_FOR).delete()
    stranger = Contact.objects.filter(pk=contact_id, is_unconfirmed=True, user=None, sign_ups=None).first()
    if stranger is None or is_known or stranger.suppressions.filter(lifted_at=None).exists():
        return
    erase_contact(stranger, source=SOURCE)
    for suppression in Suppression.objects.filter(
        address_digest=bytes(stranger.address_digest), reason=Suppression.Reason.ERASED, lifted_at=None
    ):
        lift_suppression(suppression, at=at)
