"""Through which accounts does an AMP part go out, and where is it left out?"""

from __future__ import annotations

from dataclasses import dataclass

from notifications.catalog.channels import EMAIL
from notifications.delivery.models import Provider
from notifications.delivery.providers import provider_kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """Names of the accounts that are in use, in order."""

    carrying: tuple[str, ...]
    leaving_out: tuple[str, ...]  # the mail goes all the same, without that part


def find_carriers() -> Carriers:
    """The accounts that mail leaves by, in some pool."""
    used = Provider.objects.filter(is_enabled=True, memberships__isnull=False).distinct().order_by("name")
    kinds = [(one.name, kind) for one in used if (kind := provider_kinds().get(one.kind)) and kind.channel == EMAIL]
    return Carriers(
        carrying=tuple(name for name, kind in kinds if kind.takes_amp),
        leaving_out=tuple(name for name, kind in kinds if not kind.takes_amp),
    )
