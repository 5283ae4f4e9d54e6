"""Can each stream's accounts send?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from config.doctor.findings import Finding, Severity, counted, listed, page
from config.ids import id_floor
from config.queues import STREAMS, Stream
from notifications.delivery.checks import check_providers
from notifications.delivery.models import Attempt, Breaker, PoolMember, Provider
from notifications.standing import judge
from notifications.templatetags.mails import span

SUBJECT = "Accounts"
#: Accounts that refuse to take more calls are looked for in this time.
LIMITED_WINDOW = timedelta(minutes=15)
MOST_LIMITED = 5

_PASSING = "Nothing, if it passes: mail goes by the pool's other accounts or waits. Else ask the provider."
_BREAKER_MENDING = {
    "refused": "See to it at the provider: the bill, the block or the domain's verification. Then press “Try again now”"
    " under Providers.",
    "throttled": "Nothing, if it is rare. Else set the account's mails or calls a second below what it allows.",
    "no_connection": "See whether this host reaches the provider (network, DNS, the account's address).",
}


def find_setup_faults(at: datetime) -> Iterator[Finding]:
    """What lacks or cannot be read in an account: the system checks of delivery, said again here."""
    for fault in check_providers(databases=["default"]):
        is_webhook = fault.id == "delivery.E003"
        yield Finding(
            severity=Severity.WARNING if is_webhook else Severity.BROKEN, subject=SUBJECT, what=str(fault.msg),
            mend=str(fault.hint or ""), page=page("notifications:providers"),
        )  # fmt: skip


def find_unusable_pools(at: datetime) -> Iterator[Finding]:
    """Has each stream an account that may be called now?"""
    if not Provider.objects.filter(is_enabled=True).exists():
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT, page=page("notifications:providers"),
            what="There is no account to send by, so nothing can leave.",
            mend="Add one under Providers. To try things out: manage.py simulated_providers",
        )  # fmt: skip
        return
    shut = set(Breaker.objects.filter(state=Breaker.State.OPEN).values_list("provider_id", "stream"))
    members = list(PoolMember.objects.filter(provider__is_enabled=True).select_related("provider"))
    for stream in STREAMS:
        pool = [member.provider for member in members if member.stream == stream]
        usable = [one for one in pool if one.refused_at is None and (one.pk, stream) not in shut]
        if not usable:
            yield _unusable(stream, pool)
        elif settings.IS_PRODUCTION and len(pool) == 1:
            yield _single(stream, pool[0])


def find_refused_accounts(at: datetime) -> Iterator[Finding]:
    """Whose key or password does the provider not take any more?"""
    for provider in Provider.objects.filter(is_enabled=True, refused_at__isnull=False):
        since = span(at - provider.refused_at) if provider.refused_at else ""
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT,
            what=f"{provider.name} refused its credentials {since} ago ({provider.refused_reason}): it is not used.",
            mend="Enter the key or password anew on the account's page, then test it there.",
            page=_page_of(provider),
        )  # fmt: skip


def find_failed_tests(at: datetime) -> Iterator[Finding]:
    """Which account's last test failed?"""
    for provider in Provider.objects.filter(is_enabled=True, refused_at=None).exclude(test_fault=""):
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=_page_of(provider),
            what=f"The last test of {provider.name} failed: {provider.test_fault.rstrip('.')}.",
            mend="Correct the account, and press “Test connection” on its page.",
        )  # fmt: skip


def find_open_breakers(at: datetime) -> Iterator[Finding]:
    """Which accounts are left alone for a while, because calls fail?"""
    shut = Breaker.objects.exclude(state=Breaker.State.CLOSED).filter(provider__is_enabled=True)
    for breaker in shut.select_related("provider").order_by("provider__name", "stream"):
        standing = judge(breaker.provider, breaker, at=at)
        again = f" It is tried again in {span(standing.until - at)}." if standing.until else ""
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=_page_of(breaker.provider),
            what=f"{breaker.provider.name} is left alone in the {breaker.stream} stream, because"
            f" {standing.because or 'its calls failed'}.{again}",
            mend=_BREAKER_MENDING.get(breaker.reason, _PASSING),
        )  # fmt: skip


def find_shared_accounts(at: datetime) -> Iterator[Finding]:
    """Does marketing spoil the reputation of what people asked for?"""
    asked_for = (Stream.CRITICAL, Stream.TRANSACTIONAL)
    marketing = PoolMember.objects.filter(stream=Stream.MARKETING).values("provider")
    shared = Provider.objects.filter(
        is_enabled=True, is_simulated=False, memberships__stream__in=asked_for, pk__in=marketing
    )
    for provider in shared.distinct():
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=_page_of(provider),
            what=f"{provider.name} sends marketing and also what people asked for: complaints about the one can keep"
            " the other from arriving.",
            mend="Give marketing an account (and a From domain) of its own.",
        )  # fmt: skip


def find_limited_accounts(at: datetime) -> Iterator[Finding]:
    """Which provider says that we call too often?"""
    recent = Attempt.objects.filter(id__gte=id_floor(at - LIMITED_WINDOW), code="429").values("provider_key")
    rows = recent.annotate(mails=Sum("call__size")).order_by("provider_key")
    names = dict(Provider.objects.values_list("key", "name"))
    for row in rows:
        if row["mails"] >= MOST_LIMITED:
            yield Finding(
                severity=Severity.WARNING, subject=SUBJECT, page=page("notifications:providers"),
                what=f"{names.get(row['provider_key'], row['provider_key'])} turned {counted(row['mails'], 'mail')}"
                f" away in {span(LIMITED_WINDOW)}, because they came too fast. They are tried again.",
                mend="Set the account's mails or calls a second a little below what the provider allows.",
            )  # fmt: skip


def _unusable(stream: str, pool: list[Provider]) -> Finding:
    if not pool:
        what = f"The {stream} stream has no account: its mail waits."
        mend = f"Give an account a place in the {stream} pool."
    else:
        what = f"None of the accounts of the {stream} stream can be used now: {listed([one.name for one in pool])}."
        mend = "Its mail waits. Mend one of them (see below), or add another account to the pool."
    return Finding(
        severity=Severity.BROKEN, subject=SUBJECT, what=what, mend=mend,
        page=page("notifications:providers"),
    )  # fmt: skip


def _single(stream: str, provider: Provider) -> Finding:
    return Finding(
        severity=Severity.NOTE, subject=SUBJECT, page=_page_of(provider),
        what=f"The {stream} stream has one account only, {provider.name}: while it is down, mail waits.",
        mend="Add an account of another provider to the pool.",
    )  # fmt: skip


def _page_of(provider: Provider) -> str:
    return page("admin:notifications_provider_change", provider.pk)
