"""Which providers cannot work as they are set up? Database checks: `manage.py check --database default`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.checks import Tags as DjangoTags
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.vault import Unreadable
from notifications.catalog import all_types
from notifications.catalog.channels import EMAIL
from notifications.delivery.flights import CALL_SECONDS
from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.providers import provider_kinds


def check_lease(**_: Any) -> list[CheckMessage]:
    """A lease must cover the longest hand-over, else no mail is ever handed over."""
    if settings.POSTRIDER_LEASE_SECONDS > CALL_SECONDS:
        return []
    hint = f"Set it to more than {CALL_SECONDS}: the longest that a provider call may take."
    return [Error("POSTRIDER_LEASE_SECONDS is shorter than a provider call.", hint=hint, id="delivery.E005")]


def check_providers(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Accounts of an unknown kind, without their key, or whose webhooks nobody could authenticate."""
    if not databases or Provider._meta.db_table not in connection.introspection.table_names():
        return []  # `migrate` asks before the table is there
    return [fault for provider in Provider.objects.filter(is_enabled=True) for fault in _faults(provider)]


check_providers.tags = (DjangoTags.database,)  # type: ignore[attr-defined]


def check_channels(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Declared types whose channel no account carries: their messages wait."""
    if not databases or PoolMember._meta.db_table not in connection.introspection.table_names():
        return []
    members = PoolMember.objects.filter(provider__is_enabled=True).values_list("stream", "provider__kind")
    kinds = provider_kinds()
    served = {(stream, kinds[kind].channel) for stream, kind in members if kind in kinds}
    return [
        checks.Warning(
            f"Notification type {kind.key!r} goes by {channel!r}, but no account in the pool of {kind.stream!r} does.",
            hint="Add an account of a kind that carries this channel to the pool; until then its messages wait.",
            obj=kind, id="delivery.W001",
        )
        for kind in all_types()
        for channel in kind.channels
        if channel != EMAIL and (kind.stream, channel) not in served
    ]  # fmt: skip


check_channels.tags = (DjangoTags.database,)  # type: ignore[attr-defined]


def _faults(provider: Provider) -> list[CheckMessage]:
    kind = provider_kinds().get(provider.kind)
    if kind is None:
        hint = f"Choose one of {', '.join(sorted(provider_kinds()))}."
        return [
            Error(f"Provider {provider.key!r} is of the unknown kind {provider.kind!r}.", hint=hint, id="delivery.E001")
        ]
    try:
        held = provider.settings()
    except (Unreadable, ImproperlyConfigured) as error:
        return [
            Error(f"The credentials of provider {provider.key!r} cannot be read.", hint=str(error), id="delivery.E004")
        ]
    found: list[CheckMessage] = []
    needed = (*kind.credentials, *(() if provider.is_simulated else kind.required_options))
    if missing := [name for name in needed if not held.get(name)]:
        found.append(_missing(provider, "E002", missing, "it cannot send"))
    if missing := [name for name in kind.webhook_credentials if not held.get(name)]:
        found.append(_missing(provider, "E003", missing, "its webhooks are refused"))
    return found


def _missing(provider: Provider, number: str, names: list[str], so: str) -> Error:
    return Error(
        f"Provider {provider.key!r} has no {', '.join(names)}: {so}.",
        hint="Set it on the provider's page in the console.", id=f"delivery.{number}",
    )  # fmt: skip
