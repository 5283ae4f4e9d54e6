"""Which providers can mail leave through? One folder each, all of one shape; see docs/adding-a-provider.md."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from notifications.delivery.models import Provider
from notifications.delivery.providers.base import ProviderKind


@cache
def provider_kinds() -> dict[str, ProviderKind]:
    """Every provider folder's KIND, and those that plug-ins registered, by slug."""
    found: dict[str, ProviderKind] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            kind: ProviderKind = import_module(f"{__name__}.{module.name}").KIND
            found[kind.slug] = kind
    return found


def register_kind(kind: ProviderKind) -> None:
    """Add a kind that lives in another app, or replace the one with its slug; in that app's `notifications.py`."""
    provider_kinds()[kind.slug] = kind


def forget_kind(slug: str) -> None:
    """Undo `register_kind`: for tests."""
    provider_kinds().pop(slug, None)


def kind_of(provider: Provider) -> ProviderKind:
    """The kind of an account; raises LookupError for a kind that this version does not have."""
    try:
        return provider_kinds()[provider.kind]
    except KeyError:
        known = ", ".join(sorted(provider_kinds()))
        raise LookupError(f"There is no provider kind {provider.kind!r}; there are {known}.") from None
