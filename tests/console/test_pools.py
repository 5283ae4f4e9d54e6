from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from config.ids import new_id
from config.queues import STREAMS
from notifications import standing
from notifications.delivery.breakers import open_breaker
from notifications.delivery.models import Attempt, Breaker, Call, DomainPause, PoolMember, Provider
from notifications.standing import Pool, judge, read_pools

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _counted_anew() -> Iterator[None]:
    standing.forget()
    yield
    standing.forget()


def account(
    key: str, *streams: str, kind: str = "mailgun", priority: int = 10, weight: int = 1, **fields: Any
) -> Provider:
    provider = Provider(key=key, kind=kind, name=key.title(), **fields)
    provider.set_credentials({"api_key": "key"})
    provider.save()
    for stream in streams:
        PoolMember.objects.create(provider=provider, stream=stream, priority=priority, weight=weight)
    return provider


def pool(stream: str) -> Pool:
    return next(one for one in read_pools(at=timezone.now()) if one.stream == stream)


def called(provider: Provider, stream: str, *, size: int = 1, kind: str = "accepted") -> None:
    call = Call.objects.create(
        provider=provider, stream=stream, template_version_id=new_id(), is_tracked=False, sender="x", size=size
    )
    Attempt.objects.create(
        call=call, provider_key=provider.key, stream=stream, started_at=timezone.now(), milliseconds=5, kind=kind
    )


@pytest.mark.parametrize(
    ("fields", "breaker", "code"),
    [
        ({}, None, "in_use"),
        ({"is_enabled": False}, None, "off"),
        ({"refused_at": NOW}, None, "refused"),
        ({}, Breaker(state="closed"), "in_use"),
        ({}, Breaker(state="open", open_until=NOW + timedelta(minutes=1)), "open"),
        ({}, Breaker(state="open", open_until=NOW - timedelta(seconds=1)), "due"),
        ({}, Breaker(state="half_open", open_until=NOW + timedelta(minutes=1)), "probing"),
    ],
)
@pytest.mark.req("V2")
def test_an_account_stands_in_one_of_six_ways(fields: dict[str, Any], breaker: Breaker | None, code: str) -> None:
    assert judge(Provider(**fields), breaker, at=NOW).code == code


def test_a_pool_is_in_order_with_the_shares_of_equals(db: None) -> None:
    account("later", "marketing", priority=20)
    account("big", "marketing", weight=3)
    account("small", "marketing")
    account("off", "marketing", is_enabled=False)
    assert [(row.provider.key, row.share) for row in pool("marketing").rows] == [
        ("big", 75), ("small", 25), ("off", 0), ("later", 100),
    ]  # fmt: skip


def test_the_last_hour_is_counted_by_account_and_stream(db: None) -> None:
    provider = account("one", "marketing", "critical")
    called(provider, "marketing", size=500)
    called(provider, "marketing", size=100, kind="transient")
    hour = pool("marketing").rows[0].hour
    assert (hour.calls, hour.mails, hour.errors) == (2, 600, 1)
    assert hour.slots[-1].calls == 2
    assert pool("critical").rows[0].hour.calls == 0


def test_older_calls_are_not_counted(db: None) -> None:
    provider = account("one", "marketing")
    called(provider, "marketing")
    later = timezone.now() + timedelta(minutes=61)
    [row] = next(one for one in read_pools(at=later) if one.stream == "marketing").rows
    assert row.hour.calls == 0


def test_an_empty_pool_and_a_single_account_are_warned_of(db: None) -> None:
    account("one", "marketing")
    assert "No account serves" in pool("critical").warnings[0]
    assert "One account only" in pool("marketing").warnings[0]


def test_a_pool_of_which_none_works_is_warned_of(db: None) -> None:
    for key in ("one", "two"):
        account(key, "critical", refused_at=NOW)
    assert "None of its accounts" in pool("critical").warnings[0]


@pytest.mark.req("Q2")
def test_an_account_shared_with_marketing_is_warned_of(db: None) -> None:
    account("both", "transactional", "marketing")
    account("own", "transactional")
    [warning] = [one for one in pool("transactional").warnings if "text message" not in one.lower()]
    assert "Shares “Both” with marketing" in warning
    assert not any("Shares" in one for one in pool("marketing").warnings)


def test_an_account_for_text_messages_is_as_little_to_be_shared(db: None) -> None:
    account("numbers", "transactional", "marketing", kind="twilio")
    assert any("Shares “Numbers” with marketing" in one for one in pool("transactional").warnings)


def test_a_channel_that_a_type_uses_and_no_account_carries_is_warned_of(db: None) -> None:
    account("one", "transactional")
    account("two", "transactional")
    assert pool("transactional").warnings == [
        "No account takes messages by “Text message” now, so those of “Order on its way” wait."
    ]
    account("numbers", "transactional", kind="twilio")
    assert pool("transactional").warnings == []


def test_the_screen_says_why_and_until_when(boss: Client) -> None:
    provider = account("one", "marketing")
    open_breaker(provider, "marketing", reason="no_connection", at=timezone.now(), answer="ConnectTimeoutError")
    DomainPause.objects.create(
        provider=provider, recipient_domain="mail.example", until=timezone.now() + timedelta(minutes=9), code="421"
    )
    page = boss.get("/providers/").content.decode()
    assert "left alone" in page
    assert "because it cannot be reached: ConnectTimeoutError" in page
    assert "not to mail.example until" in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("V2")
def test_try_again_now_closes_the_breaker(boss: Client) -> None:
    provider = account("one", "marketing")
    open_breaker(provider, "marketing", reason="failures", at=timezone.now())
    boss.post(f"/providers/{provider.pk}/try/marketing/")
    assert Breaker.objects.get().state == "closed"
    assert "Tried again now" in LogEntry.objects.get().change_message


@pytest.mark.django_db(transaction=True)
def test_try_again_now_uses_refused_credentials_once_more(boss: Client) -> None:
    provider = account("one", "marketing", refused_at=NOW)
    boss.post(f"/providers/{provider.pk}/try/marketing/")
    provider.refresh_from_db()
    assert provider.refused_at is None


def test_an_account_is_switched_off_and_on(boss: Client) -> None:
    provider = account("one", "marketing")
    page = boss.post(f"/providers/{provider.pk}/switch/", {"to": "off"}, follow=True).content.decode()
    assert "mail waits in: marketing" in page
    provider.refresh_from_db()
    assert not provider.is_enabled
    boss.post(f"/providers/{provider.pk}/switch/", {"to": "on"})
    provider.refresh_from_db()
    assert provider.is_enabled
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["Switched off.", "Switched on."]


def test_an_account_without_its_key_is_not_switched_on(boss: Client) -> None:
    provider = account("one", "marketing", is_enabled=False)
    Provider.objects.update(credentials=None)
    page = boss.post(f"/providers/{provider.pk}/switch/", {"to": "on"}, follow=True).content.decode()
    assert "Still missing: api_key" in page
    provider.refresh_from_db()
    assert not provider.is_enabled


def test_the_order_is_changed_in_the_list(boss: Client) -> None:
    account("one", "marketing")
    member = PoolMember.objects.get()
    boss.post("/notifications/poolmember/?stream__exact=marketing", {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": member.pk, "form-0-priority": "5",
        "form-0-weight": "4", "form-0-ip_pool": "bulk", "form-0-tag": "", "_save": "Save",
    })  # fmt: skip
    member.refresh_from_db()
    assert (member.priority, member.weight, member.ip_pool) == (5, 4, "bulk")


@pytest.mark.parametrize("path", ["switch/", "try/marketing/", "test/", "send/"])
@pytest.mark.req("P5")
def test_only_who_may_change_accounts_presses_buttons(somebody: Callable[..., Client], path: str) -> None:
    provider = account("one", "marketing")
    for role in ("support", "marketer"):
        assert somebody(role).post(f"/providers/{provider.pk}/{path}", {"to": "off"}).status_code == 403
    provider.refresh_from_db()
    assert provider.is_enabled


@pytest.mark.parametrize("path", ["switch/", "try/marketing/", "test/", "send/"])
def test_looking_changes_nothing(boss: Client, path: str) -> None:
    assert boss.get(f"/providers/{account('one').pk}/{path}").status_code == 405


def test_its_cost_does_not_grow(boss: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        provider = account(f"p{number}", *STREAMS)
        called(provider, "marketing")
        open_breaker(provider, "critical", reason="failures", at=timezone.now())
    with django_assert_max_num_queries(14):
        boss.get("/providers/")
