from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config import clock
from config.queues import STREAMS
from notifications.delivery.checks import check_channels, check_providers
from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.pool import by_channel, load_pool
from notifications.delivery.simulated import (
    ACCOUNTS,
    NotInProduction,
    SimulatorSilent,
    ensure_simulated_providers,
    tell_simulator,
)
from tests.simulator.process import Process

pytestmark = pytest.mark.django_db


def test_making_them_again_changes_nothing() -> None:
    first = {one.key: one.settings() for one in ensure_simulated_providers()}
    assert {one.key: one.settings() for one in ensure_simulated_providers()} == first
    assert Provider.objects.count() == len(ACCOUNTS)


def test_they_pass_the_checks() -> None:
    ensure_simulated_providers()
    assert check_providers(databases=["default"]) == []
    assert check_channels(databases=["default"]) == []


def test_a_place_that_was_removed_stays_removed() -> None:
    ensure_simulated_providers()
    PoolMember.objects.filter(stream="marketing").delete()
    ensure_simulated_providers()
    assert not PoolMember.objects.filter(stream="marketing").exists()


def test_what_people_asked_for_shares_no_account_with_what_goes_to_many() -> None:
    ensure_simulated_providers()
    single = PoolMember.objects.filter(stream__in=["critical", "transactional"]).values("provider")
    many = PoolMember.objects.filter(stream__in=["notification", "marketing"])
    assert single.exists()
    assert many.exists()
    assert not many.filter(provider__in=single).exists()


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_has_accounts_for_mail_and_for_text_messages(stream: str) -> None:
    ensure_simulated_providers()
    assert set(by_channel(load_pool(stream, at=clock.now()))) == {"email", "sms"}


def test_both_sides_hold_the_same_webhook_keys(mailbox: Process) -> None:
    before = mailbox.control("GET", "accounts")
    try:
        providers = ensure_simulated_providers()
        tell_simulator(providers)
        known = {one["name"]: one["webhook_verification_key"] for one in mailbox.control("GET", "accounts")}
    finally:
        for one in before:
            one.pop("webhook_verification_key")
        mailbox.control("PUT", "accounts", before)
    for one in providers:
        assert one.kind == "smtp" or known[one.key] in one.read_credentials().values()


def test_a_silent_simulator_is_a_clear_error(settings: Any) -> None:
    settings.POSTRIDER_SIMULATOR_URL = "http://127.0.0.1:9"
    with pytest.raises(SimulatorSilent, match="No simulator at"):
        tell_simulator(ensure_simulated_providers())
    with pytest.raises(CommandError, match="No simulator at"):
        call_command("simulated_providers")


def test_never_in_production(settings: Any) -> None:
    settings.POSTRIDER_ENV = "production"
    with pytest.raises(NotInProduction):
        ensure_simulated_providers()
