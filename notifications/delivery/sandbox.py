"""Can this mail reach a real person from here? Outside production only where that was allowed."""

from __future__ import annotations

from django.conf import settings

from notifications.delivery.models import Provider
from preferences.addresses import domain_of


def may_reach(provider: Provider, address: str) -> bool:
    """Whether `provider` may be called for `address` in this environment.

    Production always; the simulator always; otherwise real providers must be allowed and the address or its domain
    listed in POSTRIDER_ALLOWED_RECIPIENTS.
    """
    if provider.is_simulated or settings.POSTRIDER_ENV == "production":
        return True
    if not settings.POSTRIDER_ALLOW_REAL_PROVIDERS:
        return False
    allowed = settings.POSTRIDER_ALLOWED_RECIPIENTS
    return address in allowed or f"@{domain_of(address)}" in allowed
