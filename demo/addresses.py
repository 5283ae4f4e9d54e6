"""How does a mail point back to the shop? By the public address, whatever host a request came in under."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def public_url(name: str, *arguments: object) -> str:
    """The absolute address of a named page."""
    return f"{settings.POSTRIDER_PUBLIC_URL}{reverse(name, args=arguments)}"
