"""May this request drive the simulator, or does it come from a web page elsewhere?

The control API and the inbox have no login; they listen on this machine. A page that
the developer happens to visit must not reach them through the browser, neither by a
form nor by a host name of its own that it points here.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD"})


class Guard:
    """Answers 403 to a foreign Host, and to a change asked for by another site's page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_welcome(scope):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_welcome(scope: Scope) -> bool:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if not _is_own_host(host):
        return False
    if scope["method"] in _SAFE_METHODS:
        return True
    site = headers.get(b"sec-fetch-site", "none")
    origin = headers.get(b"origin")
    return site in ("none", "same-origin") and (origin is None or origin.partition("://")[2] == host)


def _is_own_host(host: str) -> bool:
    """An IP address or localhost: names that no stranger can point at this machine."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
