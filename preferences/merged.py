"""Who is meant by somebody who was merged into another contact? Asked only of shells, and of addresses nobody has."""

from __future__ import annotations

from collections.abc import Sequence

from preferences.models import Contact, ContactMerge


def follow_merge(contact: Contact | None) -> Contact | None:
    """The contact into which this one went, else itself: old links go on working."""
    if contact is None or contact.erased_at is None:
        return contact
    merge = ContactMerge.objects.filter(pk=contact.pk).select_related("winner").first()
    return merge.winner if merge else contact


def find_winner(digest: bytes) -> Contact | None:
    """Who has the address with this digest since a merge."""
    merges = ContactMerge.objects.filter(loser__address_digest=digest, winner__erased_at=None)
    merge = merges.select_related("winner").order_by("-merged_at").first()
    return merge.winner if merge else None


def ids_of(contact_id: int) -> Sequence[int]:
    """The contact's own id and those of the shells that belong to it."""
    return [contact_id, *ContactMerge.objects.filter(winner_id=contact_id).values_list("pk", flat=True)]
