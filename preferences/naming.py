"""Which contact does an operator mean, who types an address or a number?"""

from __future__ import annotations

from django.db.models import QuerySet

from preferences.addresses import BadAddress, normalise_address
from preferences.contacts import NoSuchContact
from preferences.models import Contact


def find_contact(text: str) -> Contact:
    """The contact with this id or address. Raises NoSuchContact, which does not repeat what was typed."""
    found = Contact.objects.filter(pk=int(text)) if text.isdecimal() else _of_address(text)
    contact = found.first()
    if contact is None:
        raise NoSuchContact("no contact has this id or address; one that was erased is found by its id only")
    return contact


def _of_address(text: str) -> QuerySet[Contact]:
    try:
        return Contact.objects.filter(address=normalise_address(text))
    except BadAddress:
        return Contact.objects.none()
