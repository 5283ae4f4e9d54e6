"""Which contact is meant, and how does one come into being?"""

from __future__ import annotations

import re
from typing import TypeAlias

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction

from config import vault
from preferences.addresses import BadAddress, normalise_address
from preferences.merged import find_winner, follow_merge
from preferences.models import Contact, Suppression

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Addressee: TypeAlias = Contact | AbstractBaseUser | str


class NoSuchContact(ValueError):
    """Nobody can be meant by this value; the message says why and what would do."""


class ErasedAddress(NoSuchContact):
    """The owner of the address was erased, so it makes no contact again."""


def resolve_contact(addressee: Addressee | None) -> Contact:
    """The contact that a Contact, a user or an address stands for; made when new.

    Raises NoSuchContact (nothing, an unsaved or erased contact, a user without address, another kind of value)
    or BadAddress (not a mailbox).
    """
    if isinstance(addressee, Contact):
        return _known(addressee)
    if isinstance(addressee, str):
        return upsert_contact(addressee)
    if isinstance(addressee, AbstractBaseUser):
        return _of_user(addressee)
    if addressee is None:
        raise NoSuchContact("no contact was given; pass a Contact, a user or an e-mail address")
    raise NoSuchContact(f"a {type(addressee).__name__} is no contact; pass a Contact, a user or an e-mail address")


def resolve_contact_id(addressee: Addressee | None) -> int:
    """The id of that contact, for callers who need no more; of a known address in one plain query. Raises the same."""
    if isinstance(addressee, str):
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM preferences_contact WHERE address = %s", [normalise_address(addressee)])
            row = cursor.fetchone()
        if row is not None:
            return int(row[0])
    return resolve_contact(addressee).pk


def find_contact_id(addressee: object) -> int | None:
    """The id of the contact that is meant, if there is one already; makes none and never raises for a bad value."""
    known = Contact.objects.none()
    if isinstance(addressee, Contact) and isinstance(addressee.pk, int):
        known = Contact.objects.filter(pk=addressee.pk)
    elif isinstance(addressee, AbstractBaseUser) and isinstance(addressee.pk, int):
        known = Contact.objects.filter(user_id=addressee.pk)
    elif isinstance(addressee, str):
        return _find_by_address(addressee)
    return known.values_list("pk", flat=True).first()


def _find_by_address(text: str) -> int | None:
    try:
        address = normalise_address(text)
    except BadAddress:
        return None
    found = Contact.objects.filter(address=address).values_list("pk", flat=True).first()
    winner = find_winner(vault.address_digest(address)) if found is None else None
    return winner.pk if winner else found


def is_erased(addressee: object) -> bool:
    """Whether this is, or was, somebody who was erased; never raises for a bad value."""
    if isinstance(addressee, Contact):
        return addressee.erased_at is not None
    if isinstance(addressee, AbstractBaseUser):
        addressee = getattr(addressee, addressee.get_email_field_name(), "")
    try:
        return isinstance(addressee, str) and _is_digest_erased(vault.address_digest(normalise_address(addressee)))
    except BadAddress:
        return False


def _is_digest_erased(digest: bytes) -> bool:
    """Only the digest is left of who was erased; it keeps an import or an event from bringing them back."""
    standing = Suppression.objects.filter(address_digest=digest, scope=Suppression.Scope.ALL, lifted_at=None)
    return standing.filter(reason=Suppression.Reason.ERASED).exists()


class AddressTaken(ValueError):
    """Another contact has this address; the message says so in words for staff."""


def upsert_contact(
    email: str, *, first_name: str = "", last_name: str = "", locale: str = "", is_unconfirmed: bool = False
) -> Contact:
    """The contact with this address, inserted with the rest when missing. Raises BadAddress, or ErasedAddress."""
    address = normalise_address(email)
    found = Contact.objects.filter(address=address).first()
    if found:
        return found
    digest = vault.address_digest(address)
    if _is_digest_erased(digest):
        raise ErasedAddress(
            "the person with this address was erased on request, and nothing brings somebody back who was erased"
        )
    if winner := find_winner(digest):
        return winner
    contact = Contact(
        email=email.strip(), address=address, address_digest=digest,
        first_name=clean_name(first_name), last_name=clean_name(last_name), locale=locale,
        is_unconfirmed=is_unconfirmed,
    )  # fmt: skip
    Contact.objects.bulk_create([contact], ignore_conflicts=True)
    return Contact.objects.get(address=address)


def change_address(contact_id: int, email: str, *, by: int | None = None) -> Contact:
    """Give a contact another address, and note in its history that (not what) it changed; `by` is a user's id.

    Suppressions belong to an address, so those of the old one do not hold for the new one, and its own do.
    Raises BadAddress, AddressTaken, or NoSuchContact (there is none, or it was erased).
    """
    address = normalise_address(email)
    try:
        with transaction.atomic():
            return _readdress(contact_id, email.strip(), address=address, by=by)
    except IntegrityError:
        raise AddressTaken(
            "Another contact has this address already. Two contacts cannot share one: correct the other one, or raise"
            " the event again for it."
        ) from None


def _readdress(contact_id: int, email: str, *, address: str, by: int | None) -> Contact:
    # Takes the row as every writer does whom the gate must see: what is rendered for the old address goes again.
    contact = Contact.objects.select_for_update().filter(pk=contact_id, erased_at=None).first()
    if contact is None:
        raise NoSuchContact("the contact does not exist, or was erased")
    if contact.address == address and contact.email == email:
        return contact
    contact.email, contact.address, contact.address_digest = email, address, vault.address_digest(address)
    contact.save(update_fields=["email", "address", "address_digest"])
    if by is not None:
        LogEntry.objects.create(
            user_id=by, action_flag=CHANGE, object_id=str(contact_id), change_message="Changed the e-mail address.",
            content_type=ContentType.objects.get_for_model(Contact), object_repr=f"contact {contact_id}",
        )  # fmt: skip
    return contact


def clean_name(name: str) -> str:
    """A personal name fit for a header: control characters refused, white space folded. Raises BadAddress."""
    if _CONTROL.search(name):
        raise BadAddress("the name contains a control character")
    return " ".join(name.split())[:150]


def _known(contact: Contact) -> Contact:
    if contact.pk is None:
        raise NoSuchContact("the contact is not saved")
    known = follow_merge(contact)
    if known is None or known.erased_at is not None:
        raise NoSuchContact("the contact was erased")
    return known


def _of_user(user: AbstractBaseUser) -> Contact:
    found = Contact.objects.filter(user_id=user.pk).first() if user.pk else None
    if found:
        return _known(found)
    email = str(getattr(user, user.get_email_field_name(), "") or "")
    if not email:
        raise NoSuchContact("the user has no e-mail address")
    return _linked(upsert_contact(email), user)


@transaction.atomic
def _linked(contact: Contact, user: AbstractBaseUser) -> Contact:
    """Tie a contact to its user, unless it belongs to another one already."""
    if contact.user_id is None and user.pk:
        names = {field: str(getattr(user, field, "") or "") for field in ("first_name", "last_name")}
        blanks = {field: value for field, value in names.items() if value and not getattr(contact, field)}
        Contact.objects.filter(pk=contact.pk, user=None).update(user=user, **blanks)
        contact.refresh_from_db()
    return contact
