"""What does the inbox answer? `/inbox/…`, pages for a person.

The HTML of a mail is a document of its own, sandboxed twice: by the frame's attribute
and by its own Content-Security-Policy, so that it stays harmless opened directly, too.
(With `srcdoc` it would inherit the page's policy, which forbids a mail's inline styles.)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from notifications.simulator.archive import BodyGone
from notifications.simulator.control import ACTIONS, BY_MAIL, act
from notifications.simulator.shapes import Accept, Mail

from . import views

if TYPE_CHECKING:
    from starlette.requests import Request

    from notifications.simulator.simulator import Simulator

PAGE = 50
NEWEST = 2**62
_HERE = Path(__file__).parent
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MAIL_POLICY = (
    "sandbox {}; default-src 'none'; img-src http: https: data:; media-src http: https:;"
    " font-src http: https: data:; style-src 'unsafe-inline' http: https:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'"
)
_LINKS = "allow-popups allow-popups-to-escape-sandbox"
# Not `no-referrer` on our own pages: a form would then come from the origin "null".
_SAFE = {"referrer-policy": "same-origin", "x-content-type-options": "nosniff", "cache-control": "no-store"}


def inbox_routes(simulator: Simulator) -> list[Route]:
    pages = Pages(simulator)
    return [
        Route("/inbox", pages.index),
        Route("/inbox/rows", pages.rows),
        Route("/inbox/look.css", _file("look.css", "text/css")),
        Route("/inbox/live.js", _file("live.js", "text/javascript")),
        Route("/inbox/icon.svg", _file("icon.svg", "image/svg+xml")),
        Route("/inbox/{number:int}", pages.mail),
        Route("/inbox/{number:int}/html", pages.html),
        Route("/inbox/{number:int}/source", pages.source),
        Route("/inbox/{number:int}/act", pages.act, methods=["POST"]),
    ]


def _file(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = (_HERE / name).read_bytes()

    async def answer(request: Request) -> Response:
        return Response(content, media_type=kind, headers={"cache-control": "no-cache"})

    return answer


def _page(content: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        content.encode("utf-8", "replace"), status, headers={**_SAFE, "content-security-policy": _PAGE_POLICY}
    )


class Pages:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    # -- the list

    async def index(self, request: Request) -> Response:
        query = request.query_params.get("q", "")
        return _page(views.index(query, self._list(request), self._simulator.journal.count()))

    async def rows(self, request: Request) -> Response:
        """The list alone; 204 while nothing newer than `seen` has come."""
        if request.query_params.get("seen") == str(self._simulator.journal.newest):
            return Response(status_code=204)
        return _page(self._list(request))

    def _list(self, request: Request) -> str:
        query = request.query_params.get("q", "")
        before = request.query_params.get("before", "")
        found = self._simulator.journal.search(query, before=int(before) if before.isdigit() else NEWEST, limit=PAGE)
        mails = [(accept, self._mail(accept)) for accept in found]
        return views.rows(
            mails,
            query=query,
            newest=self._simulator.journal.newest,
            more=found[-1].number if len(found) == PAGE else None,
            now=self._simulator.clock.now(),
        )

    def _mail(self, accept: Accept) -> Mail | None:
        try:
            return self._simulator.archive.mail(accept)
        except BodyGone:
            return None

    # -- one mail

    async def mail(self, request: Request) -> Response:
        accept = self._find(request)
        if accept is None:
            return _page(views.missing(), 404)
        params = request.query_params
        content = views.mail_page(
            accept,
            self._mail(accept),
            tab=params.get("tab", "html"),
            is_phone=params.get("width") == "phone",
            has_links=params.get("links") != "off",
            said=params.get("said", ""),
        )
        return _page(content)

    def _find(self, request: Request) -> Accept | None:
        return self._simulator.journal.find(request.path_params["number"])

    async def html(self, request: Request) -> Response:
        accept = self._find(request)
        mail = self._mail(accept) if accept is not None else None
        if mail is None:
            return Response("not kept", 404, media_type="text/plain")
        policy = _MAIL_POLICY.format(_LINKS if request.query_params.get("links") != "off" else "")
        # Links open a tab of their own; first in the document, so that it holds for all.
        content = '<!doctype html><meta charset="utf-8"><base target="_blank">' + mail.html
        return HTMLResponse(
            content.encode("utf-8", "replace"),
            headers={**_SAFE, "referrer-policy": "no-referrer", "content-security-policy": policy},
        )

    async def source(self, request: Request) -> Response:
        accept = self._find(request)
        mail = self._mail(accept) if accept is not None else None
        if mail is None:
            return Response("not kept", 404, media_type="text/plain")
        return Response(
            mail.html.encode("utf-8", "replace"),
            media_type="text/plain",
            headers={**_SAFE, "content-security-policy": "default-src 'none'; sandbox"},
        )

    async def act(self, request: Request) -> Response:
        accept = self._find(request)
        if accept is None:
            return _page(views.missing(), 404)
        form = await request.form()
        action = str(form.get("action", ""))
        if action not in {*ACTIONS, *BY_MAIL}:
            return _page(views.missing(), 400)
        outcome = await act(self._simulator, accept, action)
        said = f"{action}: done" if outcome["done"] else f"{action}: {outcome.get('reason', '')}"
        return RedirectResponse(f"/inbox/{accept.number}?said={quote(said)}", 303)
