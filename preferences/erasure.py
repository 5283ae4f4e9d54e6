"""How is a person erased? At once what lets them be written to; right after it, batch by batch, all that is stored.

The row of the contact stays as an empty shell: what was counted stays counted, old links still answer, and the digest
of the address, suppressed for good, keeps an import or an event from bringing the person back. All of that is one
short transaction under the lock where senders and leavers meet; `erasing` does the rest.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from config import clock, vault
from preferences.erasing import erase_stored
from preferences.models import CapUse, ConsentRecord, Contact, Erasure, SignUp, Suppression
from preferences.numbers import digest_number, suppress_number
from preferences.signals import contact_erased
from preferences.suppression import lift_suppression, suppress

#: What an erased contact's row holds; every other column says nothing about the person.
SHELL: dict[str, Any] = {
    "email": "", "address": None, "user": None, "first_name": "", "last_name": "", "phone": "", "attributes": {},
    "locale": "", "time_zone": "", "is_unconfirmed": False, "is_tracking_allowed": False, "paused_until": None,
    "quiet_from": None, "quiet_until": None, "most_a_week": None, "last_opened_at": None, "last_clicked_at": None,
    "engagement_points": 0, "engagement_at": None, "last_engaged_at": None,
}  # fmt: skip
#: Columns that stay.
KEPT = ("id", "address_digest", "created_at", "erased_at")


def erase_contact(contact: Contact, *, source: str) -> bool:
    """Erase a person, for good; whether that is new. `source` says who asked: "preference page", "console".

    When this has committed, no mail can leave any more, even one that a worker has in hand. What else is stored is
    looked through right after the commit, and then by the sweeper until nothing is left.
    """
    with transaction.atomic():
        # The whole row: its address, which is unique, is about to change, and other locks would have to be raised.
        person = Contact.objects.select_for_update().filter(pk=contact.pk, erased_at=None).first()
        if person is None:
            return False
        at = clock.now()
        _stop_all_mail(person, at=at)
        _remember(person, source=source, at=at)
        _forget_wishes(person)
        address, user_id = person.address or "", person.user_id
        _empty(person, at=at)
        contact_erased.send(sender=Contact, contact=person, address=address, user_id=user_id, source=source)
        transaction.on_commit(lambda: erase_stored(person.pk), robust=True)
    return True


def _stop_all_mail(person: Contact, *, at: datetime) -> None:
    """The suppression by the address's digest says why, whatever was said before; the phone number has its own."""
    theirs = Suppression.objects.filter(address_digest=bytes(person.address_digest), lifted_at=None)
    for weaker in theirs.filter(scope=Suppression.Scope.ALL).exclude(reason=Suppression.Reason.ERASED):
        lift_suppression(weaker, at=at)
    suppress(person, reason=Suppression.Reason.ERASED, scope=Suppression.Scope.ALL)
    if person.phone:
        suppress_number(digest_number(person.phone), contact=person, reason=Suppression.Reason.ERASED)
    for column in ("detail", "lift_note"):  # written by hand, for other eyes
        person.suppressions.exclude(**{column: ""}).update(**{column: ""})


def _remember(person: Contact, *, source: str, at: datetime) -> None:
    """By which texts the person is found where no key leads; sealed, and only until all is gone."""
    addresses = sorted({text for text in (person.address, person.email) if text})
    sealed = vault.seal(json.dumps({"addresses": addresses, "phone": person.phone}))
    Erasure.objects.update_or_create(
        contact=person,
        defaults={
            "source": source[:64],
            "requested_at": at,
            "due_at": at,
            "sealed_traces": sealed,
            "finished_at": None,
        },
    )


def _forget_wishes(person: Contact) -> None:
    """The ledger of consents keeps that and when somebody agreed, to which words, and nothing of who it was."""
    person.choices.all().delete()
    SignUp.objects.filter(contact=person).delete()
    CapUse.objects.filter(contact_id=person.pk).delete()
    ConsentRecord.objects.filter(contact=person, ip__isnull=False).update(ip=None)


def _empty(person: Contact, *, at: datetime) -> None:
    for column, value in SHELL.items():
        setattr(person, column, value)
    person.erased_at = at
    person.save(update_fields=[*SHELL, "erased_at"])
