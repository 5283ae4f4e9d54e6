"""How do past mails get into the log, as if they had been sent then? By the thousand, shaped like real ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from config.ids import derived_id
from config.partitions import ensure_months
from demo.history.fates import Happening
from demo.history.people import HISTORY
from notifications.catalog import NotificationType
from notifications.compose.render import LoadedVersion, load_version, render
from notifications.compose.versions import current_version
from notifications.delivery.mail import Member, Parcel, is_refusable, shared_headers, store_call
from notifications.delivery.models import Attempt, Call, Provider
from notifications.delivery.outbox import Claimed
from notifications.delivery.senders import identity_of
from notifications.delivery.variables import Person, load_people, variables_for
from notifications.routing.steps import plain_trail
from preferences.addresses import domain_of
from tracking.conversions import attribute_due, conversions_of
from tracking.figures.marking import mark_messages
from tracking.ingest import FACT_COLUMNS
from tracking.links import message_token
from tracking.models import Conversion, Event, Message, MessageEvent
from tracking.schemas import find_schema

_SLICE = 1000
_TABLES = ("tracking_messageevent", "notifications_attempt")
_NAMES = UUID("5d6f0f3e-8f0c-4a52-9a5b-0d6f6a0c1f11")


@dataclass(slots=True)
class Ledger:
    """Rows gathered, then written at once."""

    luck: Random
    providers: dict[str, Provider]  # by kind
    people: dict[int, Person]
    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    reports: list[MessageEvent] = field(default_factory=list)
    templates: dict[str, tuple[UUID, str]] = field(default_factory=dict)  # key -> (version, ref)

    def add_event(
        self, kind: type[NotificationType], contact_id: int, payload: dict[str, Any], *, at: datetime, **fields: Any
    ) -> Event:
        """An event that was raised then, and routed a moment later."""
        event = Event(
            id=self.make_id(at),
            name=kind.event,
            contact_id=contact_id,
            state=fields.pop("state", Event.State.ACCEPTED),
            payload=payload,
            stream=kind.stream,
            received_at=at,
            routed_at=at + timedelta(milliseconds=40),
            **fields,
        )
        self.events.append(event)
        return event

    def add_message(self, kind: type[NotificationType], event: Event, *, at: datetime, **fields: Any) -> Message:
        """The message that came of an event, queued at `at`."""
        assert event.contact_id is not None
        person = self.people[event.contact_id]
        version_id, ref = self._version(kind.template)
        reason = fields.get("reason", "") if fields.get("state") == Message.State.SKIPPED else ""
        message = Message(
            id=self.make_id(at),
            contact_id=person.id,
            event_id=event.pk,
            source=f"event:{event.pk}",
            type_key=kind.key,
            stream=kind.stream,
            topic_key=kind.topic,
            template_ref=ref,
            template_version_id=version_id,
            trail=plain_trail(reason),
            recipient_domain=domain_of(person.address),
            created_at=at,
            state_at=at,
            due_at=event.received_at + kind.delay,
            **fields,
        )
        self.messages.append(message)
        return message

    def send(
        self, kind: type[NotificationType], pairs: Sequence[tuple[Message, Event]], *, by: str, at: datetime
    ) -> list[Message]:
        """One call that carried these messages to a provider at `at`."""
        version = load_version(self._version(kind.template)[0], tracked=kind.stream != "critical")
        call_id = self.make_id(at)
        provider = self.providers[by]
        members = [self._member(kind, message, event, version) for message, event in pairs]
        parcel = Parcel(
            call_id=call_id, provider=provider, version=version, sender=identity_of(kind.stream).sender,
            headers=shared_headers(
                stream=kind.stream, type_key=kind.key, source="", topic_key=kind.topic, is_required=kind.is_required
            ),
            members=tuple(members),
        )  # fmt: skip
        call = store_call(parcel, stream=kind.stream, is_tracked=version.public_url is not None, is_secret=False)
        if kind.stream == "critical":
            call.members = None  # the values were secret, and are erased by now
        call.created_at = at
        self.calls.append(call)
        self._note_attempt(call, provider, at=at)
        for message, _ in pairs:
            _mark_sent(message, call_id, provider, at=at + timedelta(milliseconds=self.luck.randint(30, 240)))
        return [message for message, _ in pairs]

    def report(self, message: Message, happenings: Iterable[Happening]) -> None:
        """Write what became of a sent message, and the facts that follow."""
        for one in happenings:
            column = FACT_COLUMNS.get(one.kind)
            if column and not one.machine_reason and getattr(message, column) is None:
                setattr(message, column, one.at)
            if one.kind == MessageEvent.Kind.DELIVERED:
                message.state, message.state_at = Message.State.DELIVERED, one.at
            self.reports.append(
                MessageEvent(
                    id=self.make_id(one.at), message_id=message.pk, kind=one.kind, occurred_at=one.at,
                    recorded_at=one.at + timedelta(seconds=1), provider="" if one.is_own else message.provider,
                    is_machine=bool(one.machine_reason), machine_reason=one.machine_reason, detail=one.detail,
                )
            )  # fmt: skip

    def write(self, *, now: datetime) -> None:
        """All rows, in the order in which they need each other."""
        for table in _TABLES:
            ensure_months(table, around=now - HISTORY, months_ahead=5)
        Event.objects.bulk_create(self.events, batch_size=_SLICE)
        Message.objects.bulk_create(self.messages, batch_size=_SLICE)
        Call.objects.bulk_create(self.calls, batch_size=_SLICE)
        Attempt.objects.bulk_create(self.attempts, batch_size=_SLICE)
        MessageEvent.objects.bulk_create(self.reports, batch_size=_SLICE)
        self._write_conversions()
        mark_messages(message.pk for message in self.messages)

    def _write_conversions(self) -> None:
        """What events were worth, and the mails that led to them."""
        schemas = {name: find_schema(name) for name in {event.name for event in self.events}}
        worth = [
            (event, schema.value)
            for event in self.events
            if event.state == Event.State.ACCEPTED and (schema := schemas[event.name]) and schema.value
        ]
        Conversion.objects.bulk_create(conversions_of(worth), batch_size=_SLICE)
        attribute_due()

    def make_id(self, at: datetime) -> UUID:
        """An id of that time, the same in every run of the same luck."""
        return derived_id(at, self.luck.randbytes(10))

    def _member(self, kind: type[NotificationType], message: Message, event: Event, version: LoadedVersion) -> Member:
        person = self.people[message.contact_id]
        variables, unsubscribe = variables_for(_as_claimed(kind, message, event), person)
        refusable = is_refusable(kind.stream, is_required=kind.is_required)
        token = message_token(message.pk)
        return Member(
            message_id=message.pk, address=person.address, name=person.name, token=token,
            values=render(version, variables, token=token),
            unsubscribe_url=unsubscribe if refusable else "",
        )  # fmt: skip

    def _note_attempt(self, call: Call, provider: Provider, *, at: datetime) -> None:
        took = self.luck.randint(40, 180) + call.size // 2
        self.attempts.append(
            Attempt(
                id=self.make_id(at), call=call, provider_key=provider.key, stream=call.stream, started_at=at,
                milliseconds=took,
                kind="accepted",
            )
        )  # fmt: skip

    def _version(self, key: str) -> tuple[UUID, str]:
        if key not in self.templates:
            version = current_version(key)
            self.templates[key] = version.pk, version.ref
        return self.templates[key]


def open_ledger(luck: Random, providers: Iterable[Provider], contact_ids: Iterable[int]) -> Ledger:
    """An empty ledger for mail to these people."""
    return Ledger(luck, {one.kind: one for one in providers}, load_people(contact_ids))


def _mark_sent(message: Message, call_id: UUID, provider: Provider, *, at: datetime) -> None:
    message.state, message.state_at, message.sent_at = Message.State.SENT, at, at
    message.provider, message.call_ids = provider.key, [call_id]
    message.provider_message_id = str(uuid5(_NAMES, str(message.pk)))


def _as_claimed(kind: type[NotificationType], message: Message, event: Event) -> Claimed:
    return Claimed(
        message_id=message.pk, contact_id=message.contact_id, stream=kind.stream, fence=1, attempts=1,
        expires_at=None, avoid_provider_id=None, is_possibly_doubled=False, source=message.source,
        type_key=kind.key, topic_key=kind.topic, is_topic_default_on=True, is_required=kind.is_required,
        is_tracked=kind.is_tracked, template_version_id=UUID(int=0), payload=event.payload, secrets=None,
        batch_cap=None, on_unknown=kind.on_unknown,
    )  # fmt: skip
