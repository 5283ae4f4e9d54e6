"""Which addresses do we stop mailing, and since when? The only writer of suppressions; of lists `suppression_lists`."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from preferences.contacts import ErasedAddress, upsert_contact
from preferences.facts import lock_contact
from preferences.models import Contact, Suppression
from preferences.signals import suppressed


@transaction.atomic
def suppress(
    contact: Contact | str,
    *,
    reason: Suppression.Reason,
    scope: Suppression.Scope,
    detail: str = "",
    by: int | None = None,
) -> bool:
    """Stop mailing an address; return whether that is new. `by` is a user's id.

    A contact is made for an unknown address, since its row is the lock where this writer and the gate meet. Not for
    one whose owner was erased: it is suppressed already, and there is nobody to be written to.
    """
    try:
        person = upsert_contact(contact) if isinstance(contact, str) else contact
    except ErasedAddress:
        return False
    lock_contact(person.pk)
    made, is_new = Suppression.objects.get_or_create(
        address_digest=bytes(person.address_digest), scope=scope, lifted_at=None,
        defaults={"contact": person, "reason": reason, "detail": detail[:200], "created_by": by},
    )  # fmt: skip
    if is_new:
        suppressed.send(sender=Suppression, contact=person, suppression=made)
    return is_new


@transaction.atomic
def lift_suppression(suppression: Suppression, *, at: datetime, note: str = "", by: int | None = None) -> None:
    """Allow the address again; the row stays as history, with who lifted it (a user's id) and why."""
    if suppression.contact_id:
        lock_contact(suppression.contact_id)
    Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
        lifted_at=at, lift_note=note[:200], lifted_by=by
    )
