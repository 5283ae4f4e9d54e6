"""From which address on the network does a request come?"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def visitor_ip(request: HttpRequest) -> str | None:
    """The visitor's address; behind our own proxy the last one that it wrote down, which nobody else can forge."""
    found = str(request.META.get("REMOTE_ADDR", ""))
    if settings.SECURE_PROXY_SSL_HEADER:
        found = str(request.META.get("HTTP_X_FORWARDED_FOR", found)).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(found.partition("%")[0]))
    except ValueError:
        return None
