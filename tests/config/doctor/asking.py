"""How do these tests ask the doctor one thing, and make what it looks at?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from config import clock
from config.doctor.findings import Finding
from config.ids import derived_id, new_id
from notifications.delivery.models import Attempt, Call, Outbox, PoolMember, Provider, WorkerBeat
from preferences.models import Contact
from tracking.models import Message


def ask(question: Callable[[Any], Iterable[Finding]]) -> list[tuple[str, str]]:
    """(severity, what) of each finding of one question."""
    return [(finding.severity.word, finding.what) for finding in question(clock.now())]


def make_account(key: str, *streams: str, **fields: Any) -> Provider:
    """A real Mailgun account with its keys, in the pools of these streams."""
    provider = Provider(key=key, kind="mailgun", name=key.title(), options={"sender_domain": "mg.acme.test"}, **fields)
    provider.set_credentials({"api_key": "k", "webhook_signing_key": "w"})
    provider.save()
    for stream in streams:
        PoolMember.objects.create(stream=stream, provider=provider)
    return provider


def make_worker(queues: str, *, silent_for: timedelta = timedelta()) -> WorkerBeat:
    """A worker that was last heard of so long ago."""
    name = f"host:{WorkerBeat.objects.count() + 1}"
    return WorkerBeat.objects.create(
        name=name, host="host", pid=WorkerBeat.objects.count() + 1, queues=queues, beat_at=clock.now() - silent_for
    )


def make_waiting(contact: Contact, *, late: timedelta, stream: str = "transactional", **fields: Any) -> Outbox:
    """A mail in the outbox that has been due for so long."""
    identifier, at = new_id(), clock.now() - late
    Message.objects.create(
        id=identifier, contact=contact, source=f"test:{identifier}", stream=stream, due_at=at, state_at=at,
        state=fields.get("state", "queued"),
    )  # fmt: skip
    return Outbox.objects.create(
        message_id=identifier, contact_id=contact.pk, stream=stream, source=f"test:{identifier}", due_at=at,
        template_version_id=uuid4(), **fields,
    )  # fmt: skip


def make_call(
    provider: Provider, *, at: datetime, kind: str = "accepted", stream: str = "marketing", size: int = 1,
    members: list[UUID] | None = None, code: str = "", milliseconds: int = 40,
) -> Call:  # fmt: skip
    """A call that was made at a time, with its attempt."""
    listed = [{"m": str(one)} for one in members] if members is not None else None
    call = Call.objects.create(
        provider=provider, stream=stream, template_version_id=uuid4(), is_tracked=False, sender="a@acme.test",
        members=listed, size=size,
    )  # fmt: skip
    Attempt.objects.create(
        id=derived_id(at, call.pk.bytes), call=call, provider_key=provider.key, stream=stream, started_at=at,
        milliseconds=milliseconds, kind=kind, code=code,
    )  # fmt: skip
    return call
