"""Which of the simulator's faces is this request for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from .control import control_routes
from .guard import Guard
from .inbox.pages import inbox_routes
from .providers import registry

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from .simulator import Simulator


class App:
    """Calls of the providers' APIs go straight to the door, past the framework."""

    def __init__(self, simulator: Simulator) -> None:
        self._door = simulator.door
        self._prefixes = tuple(f"/{name}/" for name in registry())
        self._rest = _console(simulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._prefixes):
            await self._door(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def _console(simulator: Simulator) -> ASGIApp:
    routes = [
        Route("/", _go_to_inbox),
        Route("/healthz", _healthz),
        *control_routes(simulator),
        *inbox_routes(simulator),
    ]
    return Guard(Starlette(routes=routes))


async def _go_to_inbox(request: Request) -> Response:
    return RedirectResponse("/inbox")


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})
