"""Where do an account's secrets come from? Sealed in the database, or from the environment, which wins."""

from __future__ import annotations

import os
from enum import StrEnum

from config.env import env_secret
from config.vault import Unreadable
from notifications.delivery.models import Provider
from notifications.delivery.providers import provider_kinds


class Origin(StrEnum):
    """Where one credential is."""

    ENVIRONMENT = "environment"
    STORED = "stored"
    MISSING = "missing"
    UNREADABLE = "unreadable"  # sealed with a vault key that is gone: it must be typed in again


def credential_names(kind: str) -> tuple[str, ...]:
    """The secrets that a kind of provider asks for, those of its webhooks last; none for an unknown kind."""
    known = provider_kinds().get(kind)
    if known is None:
        return ()
    asked = (*known.credentials, *known.optional_credentials, *known.webhook_credentials, *known.inbound_credentials)
    return tuple(dict.fromkeys(asked))


def environment_name(provider_key: str, credential: str) -> str:
    """The variable that a credential is taken from: POSTRIDER_PROVIDER_<KEY>_<NAME>."""
    return f"POSTRIDER_PROVIDER_{provider_key}_{credential}".upper().replace("-", "_")


def from_environment(provider: Provider) -> dict[str, str]:
    """The account's credentials that the environment sets, also by files (NAME_FILE). An empty variable sets none.

    Raises ImproperlyConfigured where a file cannot be read.
    """
    found = {}
    for credential in credential_names(provider.kind):
        name = environment_name(provider.key, credential)
        if (name in os.environ or f"{name}_FILE" in os.environ) and (secret := env_secret(name, "")):
            found[credential] = secret
    return found


def find_origins(provider: Provider) -> dict[str, Origin]:
    """Where each of the account's credentials comes from, in the order of the kind."""
    environment = from_environment(provider)
    try:
        stored, absent = provider.read_stored_credentials(), Origin.MISSING
    except Unreadable:
        stored, absent = {}, Origin.UNREADABLE
    return {
        name: Origin.ENVIRONMENT if name in environment else Origin.STORED if stored.get(name) else absent
        for name in credential_names(provider.kind)
    }


def store(provider: Provider, typed: dict[str, str]) -> None:
    """Seal new values beside the ones that are stored; not saved. What cannot be read any more is dropped."""
    try:
        stored = provider.read_stored_credentials()
    except Unreadable:
        stored = {}
    provider.set_credentials({**stored, **typed})
