"""What must be known before a batch of events is planned? Read in a bounded number of queries, then only looked up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from config.arrays import int_array, uuid_array
from config.ids import id_floor
from notifications.catalog import NotificationType, types_for_event
from notifications.catalog.channels import channel_of
from notifications.catalog.registry import types_cancelled_by
from notifications.routing.steps import Case
from notifications.routing.withdrawals import withdrawn_among
from preferences import caps
from preferences.facts import Facts, Lock, gather_facts
from preferences.models import CapUse
from preferences.quiet_hours import Rule, load_rules
from preferences.time_zones import zone_of
from tracking.models import Event

#: Contact, type and channel: what a throttle counts.
Throttled = tuple[int, str, str]


@dataclass(slots=True, kw_only=True)
class Reading:
    """What is known of a batch at `at`. `sent` grows with each mail that is planned."""

    at: datetime
    facts: Mapping[int, Facts]
    addresses: Mapping[str, Mapping[int, str]] = field(default_factory=dict)  # by channel, then by contact
    withdrawn: set[UUID] = field(default_factory=set)
    sent: Counter[Throttled] = field(default_factory=Counter)
    quiet_rules: Sequence[Rule] = ()
    uses: Mapping[int, Sequence[caps.Use]] = field(default_factory=dict)

    def address(self, channel: str, facts: Facts) -> str:
        """Where a channel reaches a person; "" where it does not."""
        return self.addresses.get(channel, {}).get(facts.contact_id, "")

    def complete(self, case: Case) -> Case:
        """The case with what was read of its event, person and type."""
        return replace(
            case, address=self.address(case.channel, case.facts),
            is_withdrawn=case.event.pk in self.withdrawn, sent_lately=self.sent[_throttled(case)],
            quiet_rules=self.quiet_rules, beyond_caps=self._beyond_caps(case),
        )  # fmt: skip

    def count(self, case: Case) -> None:
        """Let the throttles know of a mail that is going to be sent."""
        if case.kind.throttle is not None:
            self.sent[_throttled(case)] += 1

    def _beyond_caps(self, case: Case) -> datetime | None:
        facts, kind = case.facts, case.kind
        rules = () if kind.is_required else caps.caps_for(facts, kind.stream, at=self.at)
        if not rules:
            return None
        wanted = caps.Use(
            message_id=case.event.pk, contact_id=facts.contact_id, stream=kind.stream, topic_key=kind.topic,
            at=max(case.due_at, self.at),
        )  # fmt: skip
        return caps.full_until(rules, self.uses.get(facts.contact_id, ()), wanted, zone_of(facts.time_zone))


def read_for(events: Sequence[Event], *, at: datetime) -> Reading:
    """Read all that planning these events needs; people whose mails are counted or cancelled are locked first.

    Events that end one another, or share a throttle, are then routed one after the other: each sees what the other
    one wrote. Runs in the caller's transaction.
    """
    alone = {event.contact_id for event in events if event.contact_id and _needs_order(event)}
    facts = gather_facts(alone, lock=Lock.ALONE) if alone else {}
    facts |= gather_facts({event.contact_id for event in events if event.contact_id} - alone)
    return Reading(
        at=at, facts=facts, addresses=_find_addresses(events, facts), withdrawn=withdrawn_among(events),
        sent=_count_sent(events, at=at), quiet_rules=load_rules(), uses=_read_uses(events, facts, at=at),
    )  # fmt: skip


def _find_addresses(events: Iterable[Event], facts: Mapping[int, Facts]) -> dict[str, dict[int, str]]:
    """Where the channels of these events' types reach the people; a plug-in may ask the database once."""
    wanted = {channel for event in events for kind in types_for_event(event.name) for channel in kind.channels}
    return {channel: channel_of(channel).find_addresses(facts.values()) for channel in sorted(wanted)}


def _needs_order(event: Event) -> bool:
    kinds = types_for_event(event.name)
    return bool(types_cancelled_by(event.name)) or any(kind.cancelled_by or kind.throttle for kind in kinds)


def _throttled(case: Case) -> Throttled:
    return case.facts.contact_id, case.kind.key, case.channel


def _count_sent(events: Sequence[Event], *, at: datetime) -> Counter[Throttled]:
    """The mails that throttles count: sent, or on their way. One query, and none where nothing is throttled."""
    wanted = sorted({(contact, kind.key, id_floor(at - within)) for contact, kind, within in _throttles(events)})
    if not wanted:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            _SENT,
            [
                int_array(one[0] for one in wanted), [one[1] for one in wanted], uuid_array(one[2] for one in wanted),
                uuid_array(event.pk for event in events),
            ],
        )  # fmt: skip
        return Counter({(contact, key, channel): count for contact, key, channel, count in cursor.fetchall()})


def _throttles(events: Iterable[Event]) -> Iterator[tuple[int, type[NotificationType], timedelta]]:
    for event in events:
        for kind in types_for_event(event.name):
            if event.contact_id and kind.throttle is not None:
                yield event.contact_id, kind, kind.throttle.within


#: A person's mails are found by contact and id, whose first part is the time. What was stopped before is not counted.
_SENT = """
    SELECT v.contact_id, v.type_key, m.channel, count(*)
    FROM unnest(%s::bigint[], %s::text[], %s::uuid[]) AS v(contact_id, type_key, since)
    JOIN tracking_message m ON m.contact_id = v.contact_id AND m.id >= v.since AND m.type_key = v.type_key
    WHERE m.state NOT IN ('skipped', 'failed', 'dead', 'cancelled', 'expired')
      AND coalesce(m.event_id <> ALL(%s::uuid[]), true)
    GROUP BY 1, 2, 3
"""


def _read_uses(events: Iterable[Event], facts: Mapping[int, Facts], *, at: datetime) -> dict[int, list[caps.Use]]:
    """The places that people with caps have taken; no query where nobody has any."""
    people = {
        known.contact_id
        for event in events
        if (known := facts.get(event.contact_id or 0)) is not None
        for kind in types_for_event(event.name)
        if not kind.is_required and caps.caps_for(known, kind.stream, at=at)
    }
    taken: dict[int, list[caps.Use]] = defaultdict(list)
    if people:
        for row in CapUse.objects.filter(contact_id__in=people, used_at__gt=at - caps.KEPT):
            taken[row.contact_id].append(_use(row))
    return taken


def _use(row: CapUse) -> caps.Use:
    return caps.Use(
        message_id=row.message_id, contact_id=row.contact_id, stream=row.stream, topic_key=row.topic_key, at=row.used_at
    )
