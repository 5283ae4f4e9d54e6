"""Who might be the same person as this contact? Suggestions for staff, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from preferences.models import Contact

MOST = 20
_LOOKED_AT = 5_000
_GMAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """Somebody who may be the same, and why one may think so."""

    contact: Contact
    reason: str


def find_duplicates(contact: Contact) -> list[Suspect]:
    """At most some suggestions, the surest first; nobody twice."""
    found: dict[int, Suspect] = {}
    for reason, rows in _searches(contact):
        for other in rows[:MOST]:
            if other.pk != contact.pk:
                found.setdefault(other.pk, Suspect(contact=other, reason=reason))
    return list(found.values())[:MOST]


def _searches(contact: Contact) -> list[tuple[str, list[Contact] | QuerySet[Contact]]]:
    people = Contact.objects.filter(erased_at=None).exclude(pk=contact.pk).order_by("pk")
    domain = (contact.address or "").rpartition("@")[2]
    searches: list[tuple[str, list[Contact] | QuerySet[Contact]]] = []
    if contact.phone:
        searches.append(("The same phone number", people.filter(phone=contact.phone)))
    if domain in _GMAIL:
        searches.append(("The same mailbox, written with other dots", _same_gmail(contact, people)))
    if contact.first_name and contact.last_name and domain:
        named = people.filter(first_name__iexact=contact.first_name, last_name__iexact=contact.last_name)
        searches.append(("The same name at the same domain", named.filter(address__endswith=f"@{domain}")))
    return searches


def _same_gmail(contact: Contact, people: QuerySet[Contact]) -> list[Contact]:
    """Dots, and what stands after a plus, mean nothing there. The first letter leads through the index."""
    bare = _bare(contact.address or "")
    alike = Q(address__endswith=f"@{_GMAIL[0]}") | Q(address__endswith=f"@{_GMAIL[1]}")
    rows = people.filter(alike, address__startswith=bare[:1]).values_list("pk", "address")[:_LOOKED_AT]
    return list(people.filter(pk__in=[pk for pk, address in rows if _bare(address or "") == bare]))


def _bare(address: str) -> str:
    local = address.rpartition("@")[0]
    return re.sub(r"\.", "", local.partition("+")[0])
