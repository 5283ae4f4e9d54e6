"""Is this installation fit for production? `manage.py check --deploy` refuses unsafe settings, and says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks

_SHORTEST_KEY = 32  # characters
_MAKE_KEY = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
_MAKE_FERNET_KEY = "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


@checks.register(checks.Tags.security, deploy=True)
def check_environment(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Is it production, over HTTPS, and without the debug pages that show settings and payloads?"""
    return list(_environment_faults())


@checks.register(checks.Tags.security, deploy=True)
def check_keys(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Is every key well formed, long enough, and used for one purpose only?"""
    return list(_key_faults())


@checks.register(checks.Tags.security, deploy=True)
def report_mail_road(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Where would a mail sent from here end up?"""
    return [checks.Info(_mail_road(), id="config.I001")]


def _environment_faults() -> Iterator[checks.CheckMessage]:
    if not settings.IS_PRODUCTION:
        yield checks.Error(
            f"POSTRIDER_ENV is {settings.POSTRIDER_ENV}: keys and servers are a developer's own.",
            hint="Set POSTRIDER_ENV=production, and the variables that it then asks for.",
            id="config.E001",
        )
    if settings.DEBUG:
        yield checks.Error(
            "DEBUG is on: error pages show settings, addresses and payloads to anyone.",
            hint="Unset DEBUG.",
            id="config.E002",
        )
    if not settings.POSTRIDER_PUBLIC_URL.startswith("https://"):
        yield checks.Error(
            f"POSTRIDER_PUBLIC_URL is {settings.POSTRIDER_PUBLIC_URL}: one-click unsubscribe needs HTTPS (RFC 8058).",
            hint="Set it to the https:// address under which recipients reach this installation.",
            id="config.E003",
        )


def _key_faults() -> Iterator[checks.CheckMessage]:
    keys = _named_keys()
    for name, key in keys.items():
        if name.startswith("POSTRIDER_VAULT_KEYS") and not _is_fernet_key(key):
            yield checks.Error(f"{name} is not a Fernet key.", hint=_MAKE_FERNET_KEY, id="config.E004")
        elif len(key) < _SHORTEST_KEY:
            yield checks.Error(f"{name} is shorter than {_SHORTEST_KEY} characters.", hint=_MAKE_KEY, id="config.E005")
    if len(set(keys.values())) < len(keys):
        yield checks.Error(
            "Two of the keys are equal: whoever learns one purpose's key would hold the other's.",
            hint=_MAKE_KEY,
            id="config.E006",
        )


def _named_keys() -> dict[str, str]:
    keys = {"SECRET_KEY": settings.SECRET_KEY, "POSTRIDER_SUPPRESSION_KEY": settings.POSTRIDER_SUPPRESSION_KEY}
    for setting in ("POSTRIDER_VAULT_KEYS", "POSTRIDER_SIGNING_KEYS"):
        keys |= {f"{setting} (entry {number})": key for number, key in enumerate(getattr(settings, setting), start=1)}
    return keys


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _mail_road() -> str:
    if not settings.POSTRIDER_ALLOW_REAL_PROVIDERS:
        return f"Only the provider simulator is called, at {settings.POSTRIDER_SIMULATOR_URL}."
    if settings.POSTRIDER_ALLOWED_RECIPIENTS:
        return f"Real providers are on, for {len(settings.POSTRIDER_ALLOWED_RECIPIENTS)} allowed recipients or domains."
    if settings.IS_PRODUCTION:
        return "Real providers are on, for every recipient."
    return "Real providers are on, but POSTRIDER_ALLOWED_RECIPIENTS is empty: outside production nobody is reached."
