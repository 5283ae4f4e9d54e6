"""Which phone numbers do we stop sending text messages to? The only writer of their suppressions.

A number's suppression is found by its own digest, so it stands beside those of the e-mail address: neither stops what
goes by the other, and a new number starts anew.
"""

from __future__ import annotations

from django.db import transaction

from config import vault
from preferences.facts import lock_contact
from preferences.models import Contact, Suppression


def digest_number(number: str) -> bytes:
    """The keyed digest of a normalised number."""
    return vault.address_digest(number)


@transaction.atomic
def suppress_number(
    digest: bytes,
    *,
    contact: Contact,
    detail: str = "",
    reason: Suppression.Reason = Suppression.Reason.HARD_BOUNCE,
) -> bool:
    """No more text messages to the number with this digest, which was the contact's; return whether that is new."""
    lock_contact(contact.pk)
    _, is_new = Suppression.objects.get_or_create(
        address_digest=digest, scope=Suppression.Scope.SMS, lifted_at=None,
        defaults={"contact": contact, "reason": reason, "detail": detail[:200]},
    )  # fmt: skip
    return is_new
