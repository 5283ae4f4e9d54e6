"""Which uncertain mails does the provider have after all?

A provider that can be asked is asked. What it has is proof; that it does not have a mail proves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from notifications.delivery.mail import Parcel, read_parcel
from notifications.delivery.models import Call, Outbox
from notifications.delivery.providers import kind_of


def search_accepted(call: Call) -> dict[UUID, str]:
    """The uncertain messages of a call that its provider has accepted, each with the provider's id.

    Asks over the network for up to ten seconds: not to be called inside a transaction. Never raises for the network;
    raises LookupError where the account's kind is not known.
    """
    kind = kind_of(call.provider)
    if not kind.has_search:
        return {}
    parcel = _still_uncertain(read_parcel(call))
    if not parcel.members:
        return {}
    found = kind.find_accepted(parcel) or {}
    return {member.message_id: found[member.message_id] for member in parcel.members if member.message_id in found}


def _still_uncertain(parcel: Parcel) -> Parcel:
    """The parcel without the members that were settled since; each may cost a question."""
    rows = Outbox.objects.filter(call_id=parcel.call_id, state=Outbox.State.UNKNOWN)
    uncertain = set(rows.values_list("message_id", flat=True))
    return replace(parcel, members=tuple(one for one in parcel.members if one.message_id in uncertain))
