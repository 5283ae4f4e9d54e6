"""Which mails may a provider have or not, call by call, and what speaks for either?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Func, Max, Min, Q, QuerySet, UUIDField
from django.db.models.functions import Coalesce

from config.ids import id_floor
from notifications.delivery.models import Attempt, Call, Outbox
from notifications.delivery.providers import provider_kinds
from notifications.delivery.providers.base import ProviderKind
from tracking.models import Message, MessageEvent

#: Stands for "no call" in addresses: mails that are uncertain because a backup was restored.
NO_CALL = UUID(int=0)
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The uncertain mails of one call. `waiting` of them are still in the outbox, `asking` at the provider just now."""

    call: Call | None
    call_id: UUID
    number: int
    waiting: int
    asking: int
    since: datetime
    next_at: datetime | None
    reason: str
    stream: str
    types: Sequence[str]
    resends: bool
    last: Attempt | None = None

    @property
    def kind(self) -> ProviderKind | None:
        """What its provider can do; None without a call."""
        return provider_kinds().get(self.call.provider.kind) if self.call else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many mails are uncertain: all, as the log says; created lately, as the overview counts; still waiting."""

    total: int
    lately: int
    waiting: int


def count_uncertain(messages: QuerySet[Message], *, at: datetime) -> Counts:
    """Of these messages. The partial index on `aside` finds them."""
    uncertain = messages.filter(aside=Message.State.UNKNOWN).order_by()
    counted = uncertain.aggregate(
        total=Count("pk"), lately=Count("pk", filter=Q(pk__gte=id_floor(at - DAY))),
        waiting=Count("pk", filter=Q(outbox__state=Outbox.State.UNKNOWN)),
    )  # fmt: skip
    return Counts(**counted)


def list_groups(messages: QuerySet[Message], *, before: UUID | None, size: int) -> list[Group]:
    """Up to `size` + 1 calls with uncertain mails among `messages`, newest first; those without a call come first."""
    rows = _grouped(messages)
    if before is not None:
        rows = rows.filter(asked__lt=before)
    return _with_calls(rows.order_by(F("asked").desc(nulls_first=True))[: size + 1])


def find_group(call_id: UUID) -> Group | None:
    """The uncertain mails of one call (NO_CALL: of none); None where all are settled."""
    rows = _grouped(members_of(call_id))
    return next(iter(_with_calls(rows)), None)


def members_of(call_id: UUID) -> QuerySet[Message]:
    """The uncertain messages of one call, oldest first."""
    uncertain: Any = _asked(_handed_over(call_id))
    rows = uncertain.filter(asked=None) if call_id == NO_CALL else uncertain.filter(asked=call_id)
    found: QuerySet[Message] = rows.order_by("pk")
    return found


def _handed_over(call_id: UUID) -> QuerySet[Message]:
    """The messages that a call names, so that one is found among a hundred thousand; all where its list is sealed."""
    members = Call.objects.filter(pk=call_id).values_list("members", flat=True).first()
    return Message.objects.filter(pk__in=[one["m"] for one in members]) if members else Message.objects.all()


def _asked(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Uncertain messages with the call that left them so. The partial index on `aside` finds them."""
    last = Func(
        F("call_ids"), template="(%(expressions)s)[cardinality(%(expressions)s)]", output_field=UUIDField()
    )  # fmt: skip
    return messages.filter(aside=Message.State.UNKNOWN).alias(asked=Coalesce("outbox__call_id", last))


def _grouped(messages: QuerySet[Message]) -> Any:
    return (
        _asked(messages)
        .order_by()
        .annotate(asked=F("asked"))
        .values("asked")
        .annotate(
            number=Count("pk"),
            waiting=Count("outbox"),
            asking=Count("outbox", filter=Q(outbox__state="sending")),
            since=Min("state_at"),
            next_at=Min("outbox__due_at", filter=Q(outbox__state="unknown")),
            why=Max("reason"),
            lane=Min("stream"),
            kinds=ArrayAgg("type_key", distinct=True),
            resends=Count("pk", filter=Q(outbox__on_unknown="resend")),
        )
    )


def _with_calls(rows: Any) -> list[Group]:
    found = list(rows)
    ids = [row["asked"] for row in found if row["asked"]]
    calls = Call.objects.filter(pk__in=ids).select_related("provider").defer("members", "sealed_members").in_bulk()
    last = {attempt.call_id: attempt for attempt in Attempt.objects.filter(call_id__in=ids).order_by("id")}
    return [
        Group(
            call=calls.get(row["asked"]), call_id=row["asked"] or NO_CALL, number=row["number"],
            waiting=row["waiting"], asking=row["asking"], since=row["since"], next_at=row["next_at"],
            reason=row["why"], stream=row["lane"], types=[kind for kind in row["kinds"] if kind],
            resends=bool(row["resends"]), last=last.get(row["asked"]),
        )
        for row in found
    ]  # fmt: skip


def reports_of(call_id: UUID) -> list[tuple[str, int, datetime]]:
    """What providers reported about the mails of a call: kind, how often, and when last."""
    members = members_of(call_id).order_by().values("pk")
    told = MessageEvent.objects.filter(message__in=members).exclude(provider="").order_by()
    own = {MessageEvent.Kind.UNKNOWN, MessageEvent.Kind.RETRYING, MessageEvent.Kind.FAILED}
    rows = told.exclude(kind__in=own).values_list("kind").annotate(number=Count("pk"), last=Max("occurred_at"))
    return [(MessageEvent.Kind(kind).label, number, last) for kind, number, last in rows]
