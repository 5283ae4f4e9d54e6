"""What may be fetched, and how much of it?"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

KILOBYTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The bounds of one fetch. `own_origins` ("http://127.0.0.1:8000") are reached wherever they are."""

    ports: frozenset[int] = frozenset((80, 443))
    own_origins: frozenset[str] = frozenset()
    most_redirects: int = 5
    most_bytes: int = 256 * KILOBYTE
    most_header_bytes: int = 32 * KILOBYTE
    seconds: float = 8.0  # all hops together
    agent: str = "Postrider (checks the links of a mail)"


def policy_from_settings(**bounds: int | float) -> Policy:
    """The installation's policy; `bounds` replace single fields."""
    own = frozenset((settings.POSTRIDER_PUBLIC_URL,)) if settings.POSTRIDER_OUTBOUND_OWN_HOST else frozenset()
    ports = frozenset(int(port) for port in settings.POSTRIDER_OUTBOUND_PORTS)
    return Policy(ports=ports, own_origins=own, **bounds)  # type: ignore[arg-type] # numbers only, by their names
