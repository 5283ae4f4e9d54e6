"""What does the environment say? Typed readers that fail loudly: a misspelt value must stop the start."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


def env_str(name: str, default: str | None = None, *, choices: Iterable[str] = ()) -> str:
    """The variable as text. Unset or empty means `default`; without a default it is required."""
    text = os.environ.get(name, "").strip() or default
    if text is None:
        raise ImproperlyConfigured(f"{name} is not set, and it has no default here.")
    allowed = tuple(choices)
    if allowed and text not in allowed:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be one of {', '.join(allowed)}.")
    return text


def env_bool(name: str, default: bool) -> bool:
    """The variable as a switch: 1/true/yes/on or 0/false/no/off."""
    text = env_str(name, str(default)).lower()
    if text not in _YES | _NO:
        raise ImproperlyConfigured(f"{name} is {text!r}; write true or false.")
    return text in _YES


def env_int(name: str, default: int) -> int:
    """The variable as a whole number."""
    text = env_str(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a whole number.") from None


def env_list(name: str, default: str | None = "") -> list[str]:
    """The variable as a list: separated by commas, blanks around an entry are dropped. None makes it required."""
    return [entry.strip() for entry in env_str(name, default).split(",") if entry.strip()]


def env_ints(name: str, default: str) -> list[int]:
    """The variable as a list of whole numbers, separated by commas."""
    entries = env_list(name, default)
    if not all(entry.isdecimal() for entry in entries):
        raise ImproperlyConfigured(f"{name} is {','.join(entries)!r}; it must be whole numbers with commas.")
    return [int(entry) for entry in entries]


def env_secret(name: str, default: str | None = None) -> str:
    """The variable as a secret, which may also lie in the file that NAME_FILE names (a mounted secret).

    Errors name the variable, never its value.
    """
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return env_str(name, default)
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE names an empty file.")
    return secret
