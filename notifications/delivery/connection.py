"""Does an account work? Asked without sending mail; the answer is kept, and a good one mends a refused account."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.vault import Unreadable
from notifications.delivery import breakers
from notifications.delivery.models import Provider
from notifications.delivery.providers import kind_of
from notifications.delivery.providers.accounts import AccountTest, Outcome


def check_account(provider: Provider, *, at: datetime) -> AccountTest:
    """Test an account, store when and what was wrong, and use it again if that had been refused. Never raises.

    Makes a call over the network: not to be called inside a transaction.
    """
    tested = _refuse(provider) or kind_of(provider).test_connection(provider)
    if tested.outcome != Outcome.UNTESTABLE:
        provider.tested_at = at
        provider.test_fault = tested.text[:200] if tested.outcome == Outcome.FAILED else ""
        provider.save(update_fields=["tested_at", "test_fault"])
    if tested.outcome == Outcome.PASSED and provider.refused_at:
        breakers.mend(provider, at=at)
    return tested


def find_missing(provider: Provider) -> list[str]:
    """Credentials and options without which the account cannot send. Raises LookupError, vault.Unreadable."""
    kind, held = kind_of(provider), provider.settings()
    needed = (*kind.credentials, *(() if provider.is_simulated else kind.required_options))
    return [name for name in needed if not held.get(name)]


def _refuse(provider: Provider) -> AccountTest | None:
    """Why nothing is asked of the provider at all; None if it may be."""
    if not provider.is_simulated and not settings.POSTRIDER_ALLOW_REAL_PROVIDERS:
        return AccountTest(
            outcome=Outcome.UNTESTABLE,
            text="From here only the simulator is called. POSTRIDER_ALLOW_REAL_PROVIDERS lets real accounts be tested.",
        )
    try:
        missing = find_missing(provider)
    except (LookupError, Unreadable, ImproperlyConfigured) as error:
        return AccountTest(outcome=Outcome.FAILED, text=str(error))
    if missing:
        return AccountTest(
            outcome=Outcome.FAILED, text=f"Still missing: {', '.join(missing)}. Fill it in and save first."
        )
    return None
