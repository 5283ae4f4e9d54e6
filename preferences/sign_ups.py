"""How does a typed-in address become a subscriber? Asked for, confirmed by its owner, taken back: all in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from config import vault
from preferences import choices
from preferences.addresses import normalise_address
from preferences.consent import Action, record_consent
from preferences.contacts import ErasedAddress, upsert_contact
from preferences.facts import lock_contact
from preferences.models import Choice, ConsentWording, Contact, SignUp, SignUpForm, Suppression, Topic
from preferences.sign_up_limits import PER_ADDRESS, give_place_back, take_place
from preferences.signals import sign_up_requested

#: A link in a confirmation mail works for so long; then the sign-up is forgotten.
CONFIRMABLE_FOR = timedelta(days=30)
#: A contact came by a form where the ledger begins within so short a time of the contact.
_ARRIVAL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody typed into a form, and the wording that stood on it."""

    form: SignUpForm
    wording: ConsentWording
    topics: Sequence[Topic]
    email: str
    first_name: str = ""
    last_name: str = ""
    ip: str | None = None
    locale: str = ""


@transaction.atomic
def request_sign_up(asked: Asked, *, at: datetime) -> SignUp | None:
    """Note who asked for what, and have the owner of the address asked by mail. Raises BadAddress.

    None, and nothing kept, for an address that must not be mailed or was asked lately; the person who typed it is
    never told which.
    """
    digest = vault.address_digest(normalise_address(asked.email))
    if not take_place(PER_ADDRESS, digest.hex(), at=at) or _is_suppressed(digest):
        return None
    try:
        contact = upsert_contact(
            asked.email,
            first_name=asked.first_name,
            last_name=asked.last_name,
            locale=asked.locale,
            is_unconfirmed=True,
        )
    except ErasedAddress:  # just now
        return None
    lock_contact(contact.pk)
    # Whoever suppresses or erases holds that lock: now its outcome is seen.
    if _is_suppressed(digest) or not Contact.objects.filter(pk=contact.pk, erased_at=None).exists():
        return None
    sign_up = _write(asked, contact, at=at)
    sign_up_requested.send(sender=SignUp, sign_up=sign_up)
    return sign_up


def _is_suppressed(digest: bytes) -> bool:
    return Suppression.objects.filter(address_digest=digest, lifted_at=None).exists()


def _write(asked: Asked, contact: Contact, *, at: datetime) -> SignUp:
    sign_up = SignUp.objects.create(
        form=asked.form, contact=contact, wording=asked.wording, ip=asked.ip, locale=asked.locale, requested_at=at
    )
    sign_up.topics.set(asked.topics)
    for topic in asked.topics:
        record_consent(
            contact, Action.ASKED, topic=topic, wording=asked.wording, source=source_of(asked.form), ip=asked.ip
        )
    return sign_up


def find_sign_up(sign_up_id: UUID, *, at: datetime) -> SignUp | None:
    """The sign-up of a link, unless it is too old to be confirmed or its person is erased."""
    found = SignUp.objects.select_related("form", "contact", "wording").filter(pk=sign_up_id).first()
    if found is None or found.contact.erased_at is not None:
        return None
    is_late = found.confirmed_at is None and at - found.requested_at > CONFIRMABLE_FOR
    return None if is_late else found


@transaction.atomic
def confirm_sign_up(sign_up: SignUp, *, ip: str | None, at: datetime) -> bool:
    """The owner of the address agrees, to the wording that was shown; whether that is new."""
    lock_contact(sign_up.contact_id)
    if not SignUp.objects.filter(pk=sign_up.pk, confirmed_at=None).update(confirmed_at=at):
        return False
    contact = sign_up.contact
    Contact.objects.filter(pk=contact.pk).update(is_unconfirmed=False)
    for topic in sign_up.topics.all():
        record_consent(
            contact, Action.CONFIRMED, topic=topic, wording=sign_up.wording, source=source_of(sign_up.form), ip=ip
        )
        _turn_on(contact, topic, source=source_of(sign_up.form))
    # Who proved to read this mailbox may sign up for something else today.
    give_place_back(PER_ADDRESS, bytes(contact.address_digest).hex())
    sign_up.confirmed_at = at
    return True


@transaction.atomic
def undo_sign_up(sign_up: SignUp) -> bool:
    """Take a confirmation back; whether there was one. It can be confirmed again as long as the link works."""
    lock_contact(sign_up.contact_id)
    if not SignUp.objects.filter(pk=sign_up.pk, confirmed_at__isnull=False).update(confirmed_at=None):
        return False
    contact = sign_up.contact
    for topic in sign_up.topics.all():
        choices.unsubscribe(contact, topic=topic, source=source_of(sign_up.form))
    if _came_by_form(contact) and not contact.sign_ups.filter(confirmed_at__isnull=False).exists():
        Contact.objects.filter(pk=contact.pk).update(is_unconfirmed=True)
    sign_up.confirmed_at = None
    return True


def _came_by_form(contact: Contact) -> bool:
    """Whether nothing but a form made this contact, which then gets no news of any kind."""
    first = contact.consents.order_by("pk").first()
    return (
        contact.user_id is None
        and first is not None
        and first.action == Action.ASKED
        and first.occurred_at - contact.created_at < _ARRIVAL
    )


@transaction.atomic
def grant_consent(
    contact: Contact, topics: Sequence[Topic], *, wording: ConsentWording | None = None, source: str
) -> None:
    """Somebody agreed elsewhere: on paper, in another system, in a list that is imported. `source` says where."""
    lock_contact(contact.pk)
    for topic in topics:
        record_consent(contact, Action.GRANTED, topic=topic, wording=wording, source=source)
        _turn_on(contact, topic, source=source)
    Contact.objects.filter(pk=contact.pk).update(is_unconfirmed=False)


def _turn_on(contact: Contact, topic: Topic, *, source: str) -> None:
    """From now on the topic reaches the person; who has it weekly goes on having it weekly."""
    wishes = contact.choices.filter(topic=topic, type_key="", channel="")
    if not wishes.exclude(frequency=Choice.Frequency.NEVER).exists():
        choices.choose(contact, Choice.Frequency.IMMEDIATE, topic=topic, source=source, is_on_record=True)


def source_of(form: SignUpForm) -> str:
    """How choices and the ledger name a form."""
    return f"form:{form.key}"[:64]
