"""What became of mails and events lately that a person should look at?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from config.doctor.findings import Finding, Severity, counted, page
from config.ids import id_floor
from notifications.delivery.models import Alert, Attempt, Call, DeadLetter, Outbox, Provider
from notifications.delivery.providers import provider_kinds
from notifications.templatetags.mails import span
from preferences.models import Erasure
from tracking.models import Event, Message

SUBJECT = "Mails"
DAY = timedelta(days=1)
#: An uncertain mail is mostly settled by a webhook within minutes.
UNKNOWN_AFTER = timedelta(hours=1)
#: So many in a day are more than single bad addresses.
MANY_DEAD_LETTERS = 20
#: The newest events, of which refused ones are counted.
EVENTS_LOOKED_AT = 5000
#: Reports come in minutes; with so many mails without one for so long, none will come.
SILENCE, FEWEST_MAILS, CALLS_LOOKED_AT = timedelta(hours=2), 20, 50

#: Alerts that other findings tell already.
_TOLD = ("credentials_refused", "breaker_open", "warmup_held")


def find_unknown_mails(at: datetime) -> Iterator[Finding]:
    """Do uncertain mails stay uncertain?"""
    waiting = Outbox.objects.filter(state=Outbox.State.UNKNOWN, message__state_at__lte=at - UNKNOWN_AFTER)
    if number := waiting.count():
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=page("notifications:uncertain"),
            what=f"Of {counted(number, 'mail')} nobody has known for more than an hour whether a provider took them.",
            mend="Look them up at the provider. They are not sent again by themselves; a webhook settles them.",
        )  # fmt: skip


def find_dead_letters(at: datetime) -> Iterator[Finding]:
    """Do mails fail for good, and does somebody look at them?"""
    rows = DeadLetter.objects.filter(discarded_at=None)
    counts = rows.aggregate(all=Count("pk"), today=Count("pk", filter=Q(died_at__gte=at - DAY)))
    if not counts["all"]:
        return
    is_many = counts["today"] >= MANY_DEAD_LETTERS
    yield Finding(
        severity=Severity.WARNING if is_many else Severity.NOTE, subject=SUBJECT,
        what=f"{counted(counts['all'], 'dead letter')} to decide about, {counts['today']:,} of the last 24 hours.",
        mend="Look at the causes; then send them again, correct the address, or discard them.",
        page=page("notifications:deadletters"),
    )  # fmt: skip


def find_unfinished_erasures(at: datetime) -> Iterator[Finding]:
    """Is somebody erased, and something about them still stored?"""
    late = Erasure.objects.filter(due_at__isnull=False, requested_at__lte=at - UNKNOWN_AFTER)
    if number := late.count():
        first = late.order_by("requested_at").values_list("pk", flat=True)[0]
        yield Finding(
            severity=Severity.WARNING, subject="People", page=page("preferences:erase-person", first),
            what=f"Not finished after an hour: {counted(number, 'erasure')}. No mail goes there, but something is"
            " stored still.",
            mend="The sweeper's log names what is not erased, and why. Is a sweeper running, with all vault keys?",
        )  # fmt: skip


def find_refused_events(at: datetime) -> Iterator[Finding]:
    """Does an application raise events that cannot be taken?"""
    newest = Event.objects.filter(pk__gte=id_floor(at - DAY)).order_by("-pk").values("pk")[:EVENTS_LOOKED_AT]
    refused = Event.objects.filter(pk__in=newest, state=Event.State.REFUSED).order_by("-pk")
    if number := refused.count():
        last = refused.first()
        fault: dict[str, Any] = last.faults[0] if last and last.faults else {}
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT,
            what=f"Refused in the last 24 hours: {counted(number, 'event')}. The newest is {last.name if last else ''}"
            f" ({fault.get('path', '')}: {fault.get('reason', '')}).",
            mend="The mails that they should have caused were not made. Correct the application, and raise them again.",
            page=page("admin:tracking_event_changelist", query="state__exact=refused"),
        )  # fmt: skip


def find_missing_reports(at: datetime) -> Iterator[Finding]:
    """Which account sends mail and is never heard of again?"""
    kinds = provider_kinds()
    for provider in Provider.objects.filter(is_enabled=True):
        kind = kinds.get(provider.kind)
        mails = _mails_of_late(provider, at=at) if kind and kind.has_webhooks else []
        if len(mails) >= FEWEST_MAILS and not _is_any_reported(mails):
            yield Finding(
                severity=Severity.WARNING, subject="Webhooks",
                what=f"{provider.name} took {counted(len(mails), 'mail')} and more, {span(SILENCE)} ago and before,"
                " and reported none of them: bounces and complaints go unheard.",
                mend="Give the provider the webhook address that the account's page shows, for all kinds of events.",
                page=page("admin:notifications_provider_change", provider.pk),
            )  # fmt: skip


def find_alerts(at: datetime) -> Iterator[Finding]:
    """What did the engine itself call for a person for?"""
    for alert in Alert.objects.filter(cleared_at=None).exclude(kind__in=_TOLD)[:20]:
        yield Finding(
            severity=Severity.WARNING, subject=alert.kind.replace("_", " ").capitalize(), what=alert.text,
            mend=f"First seen {span(at - alert.raised_at)} ago, last {span(at - alert.last_at)} ago.",
        )  # fmt: skip


def _mails_of_late(provider: Provider, *, at: datetime) -> list[str]:
    """Ids of mails in the account's last calls that are old enough to be reported. By the index attempt_of_account."""
    calls = list(
        Attempt.objects.filter(
            provider_key=provider.key, kind="accepted", id__gte=id_floor(at - DAY), id__lt=id_floor(at - SILENCE)
        ).order_by("-id").values_list("call_id", flat=True)[:CALLS_LOOKED_AT]
    )  # fmt: skip
    kept = Call.objects.filter(pk__in=calls, members__isnull=False).values_list("members", flat=True)
    return [member["m"] for members in kept for member in members or ()][:200]


def _is_any_reported(mails: list[str]) -> bool:
    return (
        Message.objects.filter(pk__in=mails)
        .filter(Q(delivered_at__isnull=False) | Q(bounced_at__isnull=False) | Q(complained_at__isnull=False))
        .exists()
    )
