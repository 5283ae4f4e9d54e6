"""When is an account left alone, and when is it tried again? One breaker an account and stream.

A breaker opens when most of an account's recent calls fail, when it cannot be reached, or when it refuses the whole
account. After a while one worker is let through with a small probe; that mail's fate closes or reopens it. Refused
credentials are another thing: that account is not called at all until a person has mended it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from config.ids import id_floor
from config.queues import STREAMS, ring_on_commit
from notifications.delivery.alerts import clear_alert, raise_alert
from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.models import Breaker, DomainPause, Outbox, PoolMember, Provider

WINDOW = timedelta(seconds=30)
#: So many calls must lie in the window before their failures say anything, and so large a part of them must fail.
FEWEST_CALLS = 20
FAILING_PART = 0.5
#: So many calls in a row without a connection need no statistics.
UNREACHABLE_CALLS = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
#: A probe that was not heard of again in this time is given to another worker.
PROBE_TIME = timedelta(seconds=90)
DOMAIN_PAUSE = timedelta(minutes=15)
#: An account that asks for a longer wait than this needs a person: its limit is used up, not its breath.
LONG_WAIT = timedelta(minutes=10)
MOST_COUNTED = 10_000

WAIT_ALERT = "asked_to_wait"

#: Kinds that say something of the account; a refused mail or mailbox does not.
_FAILURES = frozenset({Kind.TRANSIENT, Kind.AMBIGUOUS, Kind.PROVIDER_WIDE})
_SIGNS_OF_LIFE = frozenset({Kind.ACCEPTED, Kind.PERMANENT_MESSAGE, Kind.PERMANENT_RECIPIENT, Kind.BLOCKLISTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """An account's recent calls: their number, the failed ones, and how many of the last in a row did not connect."""

    calls: int
    failed: int
    unconnected: int


def should_open(tally: Tally) -> str:
    """Why a breaker should open after these calls; empty if it should not."""
    if tally.unconnected >= UNREACHABLE_CALLS:
        return "no_connection"
    if tally.calls >= FEWEST_CALLS and tally.failed >= tally.calls * FAILING_PART:
        return "failures"
    return ""


def wait_after(openings: int) -> timedelta:
    """How long a breaker stays open that opened so often in a row: 30 s, doubling to 10 min."""
    return min(FIRST_WAIT * (1 << min(openings - 1, 10)), LONGEST_WAIT)


def note_call(provider: Provider, stream: str, verdicts: Sequence[Verdict], *, at: datetime) -> None:
    """Draw the conclusions of a call for its account; the attempt is recorded already. In the outcome's transaction."""
    if refused := _first(verdicts, Kind.CREDENTIALS_REFUSED):
        _refuse(provider, refused, at=at)
    elif wide := _first(verdicts, Kind.PROVIDER_WIDE):
        open_breaker(provider, stream, reason="refused", answer=f"{wide.code} {wide.answer}", at=at)
    elif asked_to_wait := _longest_wait(verdicts):
        open_breaker(provider, stream, reason="throttled", answer=verdicts[0].answer, at=at, wait=asked_to_wait)
    elif _has_failed(verdicts):
        _note_failure(provider, stream, verdicts, at=at)
    elif any(verdict.kind in _SIGNS_OF_LIFE for verdict in verdicts):
        close_breaker(provider, stream, at=at)


@transaction.atomic
def open_breaker(
    provider: Provider, stream: str, *, reason: str, at: datetime, answer: str = "", wait: timedelta | None = None
) -> None:
    """Leave an account alone in one stream; each opening in a row waits twice as long, unless it said how long."""
    breaker, _ = Breaker.objects.get_or_create(provider=provider, stream=stream)
    breaker = Breaker.objects.select_for_update().get(pk=breaker.pk)
    if breaker.state == Breaker.State.OPEN and breaker.open_until and breaker.open_until > at:
        return  # another worker's call said so already
    breaker.state, breaker.reason, breaker.answer = Breaker.State.OPEN, reason, answer[:200]
    breaker.openings += 0 if wait else 1
    breaker.opened_at = breaker.changed_at = at
    breaker.open_until = at + (wait or wait_after(breaker.openings))
    breaker.save()
    if wait is None:
        _tell_staff(provider, stream, reason=reason, answer=answer)
    elif wait > LONG_WAIT:
        _tell_of_wait(provider, stream, until=breaker.open_until)


def _tell_staff(provider: Provider, stream: str, *, reason: str, answer: str) -> None:
    raise_alert(
        "breaker_open", f"{provider.key} ({stream})",
        f"{provider.name} is left alone in the {stream} stream ({reason}; {answer or 'no answer'})."
        " Its mail goes by the other accounts of the pool, or waits.",
    )  # fmt: skip


def _tell_of_wait(provider: Provider, stream: str, *, until: datetime) -> None:
    """Say what a long Retry-After means for the stream's mail; the alert goes when the account takes mail again."""
    waiting = Outbox.objects.filter(stream=stream, state__in=["queued", "retrying", "deferred"])[:MOST_COUNTED].count()
    most = "at least " if waiting == MOST_COUNTED else ""
    others = PoolMember.objects.filter(stream=stream, provider__is_enabled=True, provider__refused_at=None)
    has_other = others.exclude(provider=provider).exists()
    follows = "the pool's other accounts take what comes next" if has_other else "no other account sends this stream"
    raise_alert(
        WAIT_ALERT, f"{provider.key} ({stream})",
        f"{provider.name} asks for no {stream} mail before {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC, and is left"
        f" alone until then. {most}{waiting} mails of the stream wait now; {follows}. Usually a quota is used up: look"
        " into the account at the provider, raise the quota, or put another account into the stream's pool.",
    )  # fmt: skip


def claim_probe(provider: Provider, stream: str, *, at: datetime) -> bool:
    """Take the right to probe an account whose time is up; only one worker gets it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_breaker SET state = 'half_open', open_until = %s, changed_at = %s"
            " WHERE provider_id = %s AND stream = %s AND state <> 'closed' AND open_until <= %s",
            [at + PROBE_TIME, at, provider.pk, stream, at],
        )
        return bool(cursor.rowcount)


def return_probe(provider: Provider, stream: str, *, at: datetime) -> None:
    """Give the right to probe back: no mail flew with it, so the next one need not wait until it runs out."""
    Breaker.objects.filter(provider=provider, stream=stream, state=Breaker.State.HALF_OPEN).update(open_until=at)


def close_breaker(provider: Provider, stream: str, *, at: datetime) -> bool:
    """Let mail flow again; return whether it was shut."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_breaker SET state = 'closed', openings = 0, open_until = NULL, changed_at = %s"
            " WHERE provider_id = %s AND stream = %s AND state <> 'closed'",
            [at, provider.pk, stream],
        )
        was_shut = bool(cursor.rowcount)
    if was_shut:
        clear_alert("breaker_open", f"{provider.key} ({stream})")
        clear_alert(WAIT_ALERT, f"{provider.key} ({stream})")
        ring_on_commit(stream)
    return was_shut


@transaction.atomic
def mend(provider: Provider, *, at: datetime) -> None:
    """An account works again, says a person or a passed test."""
    Provider.objects.filter(pk=provider.pk).update(refused_at=None, refused_reason="")
    clear_alert("credentials_refused", provider.key)
    for stream in STREAMS:
        close_breaker(provider, stream, at=at)
        ring_on_commit(stream)


def pause_domains(provider: Provider, blocked: dict[str, Verdict], *, at: datetime) -> None:
    """Keep an account off recipient domains that block it for a while; staff hears of it."""
    for domain, verdict in sorted(blocked.items()):  # in one order, so that no two calls wait for each other
        DomainPause.objects.update_or_create(
            provider=provider, recipient_domain=domain,
            defaults={
                "until": at + DOMAIN_PAUSE, "code": verdict.code[:64], "answer": verdict.answer[:500], "changed_at": at,
            },
        )  # fmt: skip
        raise_alert(
            "blocklisted", f"{provider.key} at {domain}"[:120],
            f"{domain} blocks mail from {provider.name}: {verdict.code} {verdict.answer}. It is tried again every"
            f" {DOMAIN_PAUSE.seconds // 60} minutes; look at the account's reputation and at blocklists.",
        )  # fmt: skip


def _first(verdicts: Sequence[Verdict], kind: Kind) -> Verdict | None:
    return next((verdict for verdict in verdicts if verdict.kind == kind), None)


def _longest_wait(verdicts: Sequence[Verdict]) -> timedelta | None:
    """What the account asks for by Retry-After."""
    waits = [verdict.retry_after for verdict in verdicts if verdict.retry_after is not None]
    return max(*waits, timedelta(seconds=1)) if waits else None


def _has_failed(verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.kind in _FAILURES for verdict in verdicts)


def _refuse(provider: Provider, verdict: Verdict, *, at: datetime) -> None:
    text = f"{verdict.code} {verdict.answer}".strip()
    Provider.objects.filter(pk=provider.pk, refused_at=None).update(refused_at=at, refused_reason=text[:200])
    raise_alert(
        "credentials_refused", provider.key,
        f"{provider.name} refuses its credentials ({text}). It is not called any more. Mend the key or password on"
        " the account's page, then press “Test connection”.",
    )  # fmt: skip


def _note_failure(provider: Provider, stream: str, verdicts: Sequence[Verdict], *, at: datetime) -> None:
    probing = Breaker.objects.filter(provider=provider, stream=stream, state=Breaker.State.HALF_OPEN)
    worst = next(verdict for verdict in verdicts if verdict.kind in _FAILURES)
    reason = "probe_failed" if probing.exists() else should_open(_tally(provider, stream, at=at))
    if reason:
        open_breaker(provider, stream, reason=reason, answer=f"{worst.code} {worst.answer}", at=at)


def _tally(provider: Provider, stream: str, *, at: datetime) -> Tally:
    """Recent calls, newest first; a range of the index attempt_of_account."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, code FROM notifications_attempt WHERE provider_key = %s AND stream = %s AND id >= %s"
            " ORDER BY id DESC LIMIT 2000",
            [provider.key, stream, id_floor(at - WINDOW)],
        )
        rows = cursor.fetchall()
    unconnected = 0
    for kind, code in rows:
        if kind != Kind.TRANSIENT or code[:1].isdigit():
            break
        unconnected += 1
    return Tally(calls=len(rows), failed=sum(kind in _FAILURES for kind, _ in rows), unconnected=unconnected)
