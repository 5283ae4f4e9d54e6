"""How do tests make dead letters and uncertain mails? Through the pipeline's own functions, without a provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from config import clock
from notifications.catalog.registry import find_type
from notifications.delivery.deadletters import Burial, bury
from notifications.delivery.models import Attempt, Call, DeadLetter, Outbox, Provider
from notifications.routing.router import route_waiting
from preferences.models import Contact
from tests.types import parcel_type, reset_type
from tracking import lifecycle
from tracking.models import Message
from tracking.signals import event


def submit_parcels(contacts: Sequence[Contact], *, number: str = "17", **attributes: Any) -> list[UUID]:
    """Routed parcel mails that no worker has taken yet, in the order of the contacts."""
    known = find_type("parcel")
    kind = known if known is not None and not attributes else parcel_type(**attributes)
    before = set(Outbox.objects.values_list("pk", flat=True))
    for contact in contacts:
        event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": number})
    while route_waiting(kind.stream):
        pass
    return list(Outbox.objects.exclude(pk__in=before).order_by("pk").values_list("pk", flat=True))


def bury_parcels(contacts: Sequence[Contact], *, cause: str = "out_of_tries", **fields: Any) -> list[UUID]:
    """Dead parcel mails; `fields` of Burial (code, answer), and the provider's key."""
    return end_as_dead(submit_parcels(contacts), cause=cause, **fields)


def bury_reset(contact: Contact, **attributes: Any) -> DeadLetter:
    """A dead mail with a secret link in it."""
    reset_type(**attributes)
    event.send(sender=None, name="reset.asked", contact=contact, payload={"reset_url": "https://shop.example/r/k3y"})
    route_waiting("critical")
    [one] = end_as_dead(
        [Outbox.objects.filter(type_key="reset").values_list("pk", flat=True).get()], cause="out_of_tries"
    )
    return DeadLetter.objects.get(pk=one)


def end_as_dead(
    ids: Sequence[UUID], *, cause: str, state: Message.State = Message.State.DEAD, provider_key: str = "", **fields: Any
) -> list[UUID]:
    """Bury waiting mails as the pipeline does."""
    at = clock.now()
    Outbox.objects.filter(pk__in=ids).update(state="sending")
    burials = [Burial(message_id=one, cause=cause, **fields) for one in ids]
    gone = bury(burials, state=Outbox.State.SENDING, provider_key=provider_key, at=at)
    lifecycle.move(gone, state, at=at, reason=cause)
    return sorted(gone)


def make_uncertain(contacts: Sequence[Contact], provider: Provider, *, reason: str = "ambiguous") -> list[UUID]:
    """Parcel mails of one call without a clear answer."""
    ids, at = submit_parcels(contacts), clock.now()
    rows = Outbox.objects.filter(pk__in=ids)
    version = rows.values_list("template_version_id", flat=True)[0]
    call = Call.objects.create(
        provider=provider, stream="transactional", template_version_id=version, is_tracked=False, size=len(ids),
        sender="Shop <shop@example.com>",
    )  # fmt: skip
    rows.update(state="unknown", call_id=call.pk, attempts=1, fence=1, due_at=at + timedelta(minutes=10))
    Attempt.objects.create(
        call=call, provider_key=provider.key, stream=call.stream, started_at=at, milliseconds=20_000, kind="ambiguous",
        code="ReadTimeout", answer="the connection broke or timed out after the request",
    )  # fmt: skip
    lifecycle.move(ids, Message.State.UNKNOWN, at=at, reason=reason)
    lifecycle.add_call(ids, call.pk, provider=provider.key)
    return ids
