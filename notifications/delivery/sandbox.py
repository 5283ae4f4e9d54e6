"""Can this mail reach a real person from here? Outside production only where that was allowed."""

from __future__ import annotations

from django.conf import settings

from notifications.delivery.models import Provider
from preferences.addresses import domain_of


def may_reach(provider: Provider, address: str) -> bool:
    """Whether `provider` may be called for `address` in this environment.

    The simulator always. Real providers only where POSTRIDER_ALLOW_REAL_PROVIDERS is on (it is in production), and
    then only for POSTRIDER_ALLOWED_RECIPIENTS; an empty list means everybody in production and nobody elsewhere.
    """
    if provider.is_simulated:
        return True
    if not settings.POSTRIDER_ALLOW_REAL_PROVIDERS:
        return False
    allowed = settings.POSTRIDER_ALLOWED_RECIPIENTS
    if not allowed:
        return bool(settings.IS_PRODUCTION)
    return address in allowed or f"@{domain_of(address)}" in allowed
