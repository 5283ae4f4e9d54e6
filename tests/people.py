"""How do tests make contacts, events and mails? Plain typed functions."""

from __future__ import annotations

from typing import Any

from config import vault
from preferences.addresses import normalise_address
from preferences.models import Contact


def make_contact(email: str, **fields: Any) -> Contact:
    """A saved contact."""
    address = normalise_address(email)
    return Contact.objects.create(email=email, address=address, address_digest=vault.address_digest(address), **fields)


def make_contacts(count: int, *, domain: str = "example.com") -> list[Contact]:
    """Saved contacts person0@example.com and on."""
    addresses = [f"person{number}@{domain}" for number in range(count)]
    return Contact.objects.bulk_create(
        Contact(email=one, address=one, address_digest=vault.address_digest(one), first_name=f"Person {number}")
        for number, one in enumerate(addresses)
    )
