"""How do two contacts of the same person become one? The stricter wins, and the history of both is kept.

Mails, events and the ledger of consent stay where they are, for nobody may rewrite them; what is read of the winner is
read of the loser as well. The loser's row becomes a shell: it is written to no more, its address leads to the winner,
and so do its links in old mail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from config import clock, vault
from preferences.erasure import SHELL
from preferences.models import CapUse, Choice, Contact, ContactMerge, ListMember, Suppression
from preferences.suppression import suppress

#: Columns that staff may take from the loser; attributes are named "attribute:key".
TAKEABLE = ("email", "first_name", "last_name", "phone", "locale", "time_zone")
ATTRIBUTE = "attribute:"
_NEVER = Choice.Frequency.NEVER
#: The stricter first.
_STRICTNESS = (_NEVER, Choice.Frequency.WEEKLY, Choice.Frequency.DAILY, Choice.Frequency.IMMEDIATE)
#: Suppressions that are about a mailbox, not about what the person wants: they stay with the address.
_OF_MAILBOX = (Suppression.Reason.HARD_BOUNCE, Suppression.Reason.SOFT_BOUNCES)

#: Contact id -> why it cannot be merged just now, or "".
Guard = Callable[[int], str]
_guards: list[Guard] = []


class CannotMerge(ValueError):
    """These two cannot become one; the message says why, for staff."""


def register_merge_guard(guard: Guard) -> None:
    """Have an upper app asked whether the loser may go: mail under way would not leave any more."""
    _guards.append(guard)


@transaction.atomic
def merge_contacts(winner_id: int, loser_id: int, *, take: Sequence[str] = (), by: int | None = None) -> Contact:
    """Let one contact go up in another, with those of its values that are named in `take`. Raises CannotMerge."""
    found = {
        one.pk: one for one in Contact.objects.select_for_update().filter(pk__in=(winner_id, loser_id)).order_by("pk")
    }
    winner, loser = found.get(winner_id), found.get(loser_id)
    _check(winner, loser)
    assert winner is not None
    assert loser is not None
    at = clock.now()
    _take_suppressions(winner, loser)
    _take_choices(winner, loser)
    _take_lists(winner, loser)
    CapUse.objects.filter(contact_id=loser.pk).update(contact_id=winner.pk)
    ContactMerge.objects.filter(winner=loser).update(winner=winner)
    traces = {"addresses": sorted({text for text in (loser.address, loser.email) if text}), "phone": loser.phone}
    ContactMerge.objects.create(
        loser=loser, winner=winner, taken=list(take), sealed_traces=vault.seal(json.dumps(traces)), merged_by=by
    )
    values = _values_of(loser, take)
    digest = bytes(loser.address_digest)
    _empty(loser, at=at)
    _take_values(winner, loser, values, digest)
    _note(winner, f"Merged contact {loser.pk} into this one.", by=by)
    return winner


def _check(winner: Contact | None, loser: Contact | None) -> None:
    if winner is None or loser is None or winner.pk == loser.pk:
        raise CannotMerge("Two different contacts are needed.")
    if winner.erased_at or loser.erased_at:
        raise CannotMerge("Somebody who was erased, or merged before, cannot be merged.")
    if winner.user_id and loser.user_id:
        raise CannotMerge("Both belong to a user of their own. Unlink or delete one of the users first.")
    for guard in _guards:
        if reason := guard(loser.pk):
            raise CannotMerge(reason)


def _take_suppressions(winner: Contact, loser: Contact) -> None:
    """What the person said holds for the winner's address too; what a mailbox did stays with the mailbox."""
    theirs = Suppression.objects.filter(address_digest=bytes(loser.address_digest), lifted_at=None)
    for one in theirs.exclude(reason__in=_OF_MAILBOX).exclude(scope=Suppression.Scope.SMS):
        suppress(winner, reason=Suppression.Reason(one.reason), scope=Suppression.Scope(one.scope), detail="merged")


def _take_choices(winner: Contact, loser: Contact) -> None:
    """Of two wishes about the same the stricter; a refusal of everything outweighs what the other asked for."""
    own = {_about(one): one for one in winner.choices.all()}
    for theirs in loser.choices.all():
        mine = own.get(_about(theirs))
        if mine is None:
            Choice.objects.filter(pk=theirs.pk).update(contact=winner)
        elif _strictness(theirs) < _strictness(mine):
            Choice.objects.filter(pk=mine.pk).update(frequency=theirs.frequency, source=theirs.source)
    loser.choices.all().delete()
    for refusal in winner.choices.filter(topic=None, type_key="", frequency=_NEVER):
        wishes = winner.choices.exclude(frequency=_NEVER)
        (wishes.filter(channel=refusal.channel) if refusal.channel else wishes).delete()
    for refusal in winner.choices.filter(topic__isnull=False, type_key="", channel="", frequency=_NEVER):
        winner.choices.filter(topic=refusal.topic).exclude(frequency=_NEVER).delete()


def _about(choice: Choice) -> tuple[int | None, str, str]:
    return choice.topic_id, choice.type_key, choice.channel


def _strictness(choice: Choice) -> int:
    return _STRICTNESS.index(Choice.Frequency(choice.frequency))


def _take_lists(winner: Contact, loser: Contact) -> None:
    theirs = ListMember.objects.filter(contact=loser)
    ListMember.objects.bulk_create(
        (ListMember(list_id=one, contact=winner) for one in theirs.values_list("list_id", flat=True)),
        ignore_conflicts=True,
    )
    theirs.delete()


def _values_of(loser: Contact, take: Sequence[str]) -> dict[str, Any]:
    """Everything of the loser that is needed when its row is empty."""
    kept = ("user_id", "paused_until", "is_tracking_allowed", "most_a_week", "quiet_from", "quiet_until",
            "last_opened_at", "last_clicked_at", "last_engaged_at")  # fmt: skip
    columns = {name: getattr(loser, name) for name in (*kept, "address", *set(TAKEABLE).intersection(take))}
    stored = loser.attributes if isinstance(loser.attributes, dict) else {}
    taken = {key: value for key, value in stored.items() if f"{ATTRIBUTE}{key}" in take}
    return {**columns, "attributes": taken}


def _empty(loser: Contact, *, at: datetime) -> None:
    for column, value in SHELL.items():
        setattr(loser, column, value)
    loser.erased_at = at
    loser.save(update_fields=[*SHELL, "erased_at"])


def _take_values(winner: Contact, loser: Contact, values: dict[str, Any], digest: bytes) -> None:
    for name in ("last_opened_at", "last_clicked_at", "last_engaged_at", "paused_until"):
        setattr(winner, name, max(filter(None, (getattr(winner, name), values[name])), default=None))
    winner.is_tracking_allowed = winner.is_tracking_allowed and values["is_tracking_allowed"]
    winner.most_a_week = min(filter(None, (winner.most_a_week, values["most_a_week"])), default=None)
    if winner.quiet_from is None:
        winner.quiet_from, winner.quiet_until = values["quiet_from"], values["quiet_until"]
    winner.user_id = winner.user_id or values["user_id"]
    winner.attributes = {**winner.attributes, **values["attributes"]}
    for name in TAKEABLE:
        if name in values and name != "email":
            setattr(winner, name, values[name])
    if "email" in values:
        _swap_addresses(winner, loser, values, digest)
    winner.save()


def _swap_addresses(winner: Contact, loser: Contact, values: dict[str, Any], digest: bytes) -> None:
    """The winner gets the loser's address; its own then leads to it, as the loser's would have."""
    merge = ContactMerge.objects.get(pk=loser.pk)
    traces = json.loads(vault.unseal(bytes(merge.sealed_traces or b"")))
    own = {text for text in (winner.address, winner.email) if text}
    traces["addresses"] = sorted({*traces["addresses"], *own})
    merge.sealed_traces = vault.seal(json.dumps(traces))
    merge.save(update_fields=["sealed_traces"])
    loser.address_digest = bytes(winner.address_digest)
    loser.save(update_fields=["address_digest"])
    winner.email, winner.address, winner.address_digest = values["email"], values["address"], digest


def _note(winner: Contact, words: str, *, by: int | None) -> None:
    if by is not None:
        LogEntry.objects.create(
            user_id=by, action_flag=CHANGE, object_id=str(winner.pk), object_repr=f"contact {winner.pk}",
            content_type=ContentType.objects.get_for_model(Contact), change_message=words,
        )  # fmt: skip
