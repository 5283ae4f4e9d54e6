"""How do the pools stand: who takes a stream's mail in which order, who is left alone and why, what did the hour bring?

A handful of bounded queries, however many mails there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic

from django.db import connection

from config.ids import id_floor
from config.queues import STREAMS, Stream
from notifications.catalog import all_types
from notifications.catalog.channels import EMAIL, channel_of
from notifications.delivery.models import Breaker, DomainPause, PoolMember, Provider
from notifications.delivery.providers import provider_kinds

SLOTS = 12
SLOT = timedelta(minutes=5)
REMEMBERED_SECONDS = 5

#: Why a breaker opened, in words that follow "because".
BREAKER_REASONS: dict[str, str] = {
    "failures": "most of its calls failed",
    "no_connection": "it cannot be reached",
    "throttled": "it asked us to wait",
    "refused": "it refuses to send for this account",
    "probe_failed": "the mail that tried it failed",
}

# A range of the time-ordered key: no older month is read. `mails` are those handed over, whatever came of them.
_HOUR = """
    SELECT a.provider_key, a.stream, floor(extract(epoch FROM %(at)s - a.started_at) / %(slot)s)::int AS slot,
           count(*), coalesce(sum(c.size), 0), count(*) FILTER (WHERE a.kind NOT IN ('accepted', 'not_tried'))
      FROM notifications_attempt a LEFT JOIN notifications_call c ON c.id = a.call_id
     WHERE a.id >= %(floor)s GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Five minutes of an account in one stream."""

    calls: int = 0
    mails: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The last hour of an account in one stream, oldest slot first."""

    slots: tuple[Slot, ...] = (Slot(),) * SLOTS

    @property
    def calls(self) -> int:
        return sum(slot.calls for slot in self.slots)

    @property
    def mails(self) -> int:
        return sum(slot.mails for slot in self.slots)

    @property
    def errors(self) -> int:
        return sum(slot.errors for slot in self.slots)

    @property
    def bars(self) -> list[tuple[str, ...]]:
        """For a drawing 12 wide and 10 high: left edge, top and height of all calls, top and height of failed ones."""
        most = max(*(slot.calls for slot in self.slots), 1)
        return [
            (f"{place + 0.1:.1f}", *_bar(one.calls / most), *_bar(one.errors / most))
            for place, one in enumerate(self.slots)
        ]


def _bar(part: float) -> tuple[str, str]:
    height = max(10 * part, 0.6) if part else 0
    return f"{10 - height:.2f}", f"{height:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether an account takes mail now. `code` is in_use, off, refused, open, due or probing; `tone` colours it."""

    code: str
    tone: str
    label: str
    because: str = ""
    until: datetime | None = None

    @property
    def may_be_tried(self) -> bool:
        """Whether a person can end the waiting."""
        return self.code in {"refused", "open", "due", "probing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A member of a pool as it stands. `share` is its part, in percent, of what its priority gets."""

    member: PoolMember
    standing: Standing
    share: int
    hour: Hour
    pauses: Sequence[DomainPause] = ()

    @property
    def provider(self) -> Provider:
        return self.member.provider

    @property
    def channel(self) -> str:
        """What it carries; an account of an unknown kind counts as mail."""
        kind = provider_kinds().get(self.provider.kind)
        return kind.channel if kind else EMAIL

    @property
    def carries(self) -> str:
        """What it carries, in words, where that is not mail."""
        return "" if self.channel == EMAIL else channel_of(self.channel).label

    @property
    def has_limits(self) -> bool:
        """Whether any limit is set for the account."""
        account = self.provider
        return any((account.mails_per_second, account.calls_per_second, account.calls_at_once))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A stream's accounts in their order, and what a person should know."""

    stream: str
    rows: Sequence[Row] = ()
    warnings: Sequence[str] = field(default_factory=list)


def judge(provider: Provider, breaker: Breaker | None, *, at: datetime) -> Standing:
    """How an account stands in one stream."""
    if not provider.is_enabled:
        return Standing(code="off", tone="plain", label="off")
    if provider.refused_at:
        because = f"its credentials were refused: {provider.refused_reason}"
        return Standing(code="refused", tone="bad", label="refused", because=because)
    if breaker is None or breaker.state == Breaker.State.CLOSED:
        return Standing(code="in_use", tone="good", label="in use")
    because = BREAKER_REASONS.get(breaker.reason, breaker.reason.replace("_", " "))
    because = ": ".join(filter(None, [because, breaker.answer.strip()]))
    if breaker.state == Breaker.State.HALF_OPEN:
        return Standing(code="probing", tone="warn", label="being tried with one mail", because=because)
    if breaker.open_until and breaker.open_until > at:
        return Standing(code="open", tone="bad", label="left alone", because=because, until=breaker.open_until)
    return Standing(code="due", tone="warn", label="tried with the next mail", because=because)


def read_pools(*, at: datetime) -> list[Pool]:
    """All streams, most urgent first. Five queries."""
    members = _members()
    breakers = {(one.provider_id, one.stream): one for one in Breaker.objects.exclude(state=Breaker.State.CLOSED)}
    pauses = _pauses(at)
    hours = read_hours(at=at)
    pools = []
    for stream in STREAMS:
        rows = [
            Row(
                member=member, share=share, pauses=pauses.get(member.provider_id, ()),
                standing=judge(member.provider, breakers.get((member.provider_id, stream)), at=at),
                hour=hours.get((member.provider.key, stream), Hour()),
            )
            for member, share in _with_shares(members[stream])
        ]  # fmt: skip
        pools.append(Pool(stream=stream, rows=rows, warnings=_warn(stream, rows, members)))
    return pools


def read_account(provider: Provider, *, at: datetime) -> list[tuple[str, Standing]]:
    """How one account stands in each stream that it serves."""
    breakers = {one.stream: one for one in Breaker.objects.filter(provider=provider)}
    serves = PoolMember.objects.filter(provider=provider).values_list("stream", flat=True)
    return [(stream, judge(provider, breakers.get(stream), at=at)) for stream in STREAMS if stream in set(serves)]


def read_idle_accounts() -> list[Provider]:
    """Accounts that serve no stream."""
    return list(Provider.objects.filter(memberships=None))


def read_hours(*, at: datetime) -> dict[tuple[str, str], Hour]:
    """The last hour's calls by account key and stream; at most REMEMBERED_SECONDS old."""
    return _read_hours(int(monotonic() / REMEMBERED_SECONDS), at.replace(microsecond=0))


def forget() -> None:
    """Count anew at the next look."""
    _read_hours.cache_clear()


@lru_cache(maxsize=1)
def _read_hours(_moment: int, at: datetime) -> dict[tuple[str, str], Hour]:
    found: dict[tuple[str, str], list[Slot]] = defaultdict(lambda: [Slot()] * SLOTS)
    with connection.cursor() as cursor:
        cursor.execute(_HOUR, {"at": at, "slot": SLOT.total_seconds(), "floor": id_floor(at - SLOTS * SLOT)})
        for key, stream, back, calls, mails, errors in cursor.fetchall():
            place = SLOTS - 1 - max(back, 0)
            if place >= 0:
                before = found[key, stream][place]
                found[key, stream][place] = Slot(
                    calls=before.calls + calls, mails=before.mails + mails, errors=before.errors + errors
                )
    return {place: Hour(slots=tuple(slots)) for place, slots in found.items()}


def _members() -> dict[str, list[PoolMember]]:
    members: dict[str, list[PoolMember]] = defaultdict(list)
    for member in PoolMember.objects.select_related("provider").order_by("priority", "id"):
        members[member.stream].append(member)
    return members


def _pauses(at: datetime) -> dict[int, list[DomainPause]]:
    found: dict[int, list[DomainPause]] = defaultdict(list)
    for pause in DomainPause.objects.filter(until__gt=at).order_by("recipient_domain"):
        found[pause.provider_id].append(pause)
    return found


def _with_shares(members: Sequence[PoolMember]) -> Iterable[tuple[PoolMember, int]]:
    """Each member with its share of its priority's mail; who is off has none."""
    weights: dict[int, int] = defaultdict(int)
    for member in members:
        if member.provider.is_enabled:
            weights[member.priority] += max(member.weight, 1)
    for member in members:
        share = round(100 * max(member.weight, 1) / weights[member.priority]) if member.provider.is_enabled else 0
        yield member, share


_USABLE = frozenset({"in_use", "due", "probing"})


def _warn(stream: str, rows: Sequence[Row], members: dict[str, list[PoolMember]]) -> list[str]:
    """What is wrong with a stream's accounts for mail; then with those for other channels that its types use."""
    warnings = []
    others, rows = rows, [row for row in rows if row.channel == EMAIL]
    usable = [row for row in rows if row.standing.code in _USABLE]
    if not rows:
        warnings.append("No account serves this stream: its mail waits until one does.")
    elif not usable:
        warnings.append("None of its accounts takes mail now: it waits, and goes by itself once one does.")
    elif sum(row.provider.is_enabled for row in rows) == 1:
        warnings.append("One account only: when it fails, mail waits. Add a second one, of another provider.")
    elif len(usable) == 1:
        warnings.append(f"Only “{usable[0].provider.name}” takes mail at the moment.")
    warnings += _warn_of_channels(stream, others)
    if shared := _shared(stream, members):
        names = " and ".join(f"“{name}”" for name in shared)
        warnings.append(
            f"Shares {names} with marketing: a campaign, and spam reports about it, slow down what people wait for."
        )
    return warnings


def _warn_of_channels(stream: str, rows: Sequence[Row]) -> list[str]:
    served = {row.channel for row in rows if row.standing.code in _USABLE}
    wanted = {channel: kind for kind in all_types() if kind.stream == stream for channel in kind.channels}
    return [
        f"No account takes messages by “{channel_of(channel).label}” now, so those of “{kind.title()}” wait."
        for channel, kind in wanted.items()
        if channel != EMAIL and channel not in served
    ]


def _shared(stream: str, members: dict[str, list[PoolMember]]) -> list[str]:
    """Names of the accounts that an urgent stream has in common with marketing."""
    if stream not in {Stream.CRITICAL, Stream.TRANSACTIONAL}:
        return []
    marketing = {member.provider_id for member in members.get(Stream.MARKETING, [])}
    return [
        member.provider.name
        for member in members.get(stream, [])
        if member.provider_id in marketing and member.provider.is_enabled
    ]
