"""How does staff say who a stream's mail is from? The only writer of Sender."""

from __future__ import annotations

from django.db import transaction

from notifications.delivery import senders
from notifications.delivery.domains.checking import add_domain
from notifications.delivery.models import Sender


@transaction.atomic
def set_sender(stream: str, *, name: str, address: str, reply_to: str) -> None:
    """Give a stream an identity of its own, and begin to watch its domain. Raises BadDomain for the address's."""
    add_domain(address.rpartition("@")[2])
    Sender.objects.update_or_create(pk=stream, defaults={"name": name, "address": address, "reply_to": reply_to})
    transaction.on_commit(senders.forget)


@transaction.atomic
def clear_sender(stream: str) -> None:
    """Leave a stream's identity to POSTRIDER_SENDERS again."""
    Sender.objects.filter(pk=stream).delete()
    transaction.on_commit(senders.forget)
