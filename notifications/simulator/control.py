"""How is the simulator steered and asked? `/control/…`, JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Route

from .accounts import Account, BadAccount, read_account, verification_key
from .acts import Happening
from .archive import BodyGone
from .faults import BadFault, read_rules
from .inbox.phone import is_text
from .links import find_links, find_unsubscribe
from .script import BadScript, read_script
from .shapes import Accept, EventKind, Mail

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from .simulator import Simulator

Answer = Callable[["Simulator", "Request"], Awaitable[Any]]
MOST_ACCEPTS = 10_000


class Bad(Exception):
    """The request makes no sense; the text says why, and `status` how."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def control_routes(simulator: Simulator) -> list[Route]:
    return [Route(path, _endpoint(simulator, answer), methods=[method]) for method, path, answer in _ROUTES]


def _endpoint(simulator: Simulator, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await answer(simulator, request))
        except Bad as error:
            return JSONResponse({"error": str(error)}, error.status)
        except (BadAccount, BadFault, BadScript) as error:
            return JSONResponse({"error": str(error)}, 400)
        except BodyGone:
            return JSONResponse({"error": "this mail's body is no longer kept"}, 410)

    return endpoint


async def _body(request: Request) -> Any:
    try:
        return json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise Bad("the body is not JSON") from error


def _number(request: Request, name: str, default: int) -> int:
    try:
        return int(request.query_params.get(name, default))
    except ValueError as error:
        raise Bad(f"{name} must be a number") from error


# -- accounts, script, faults, clock


async def _get_accounts(simulator: Simulator, request: Request) -> Any:
    return [_show_account(account) for account in simulator.accounts]


async def _put_accounts(simulator: Simulator, request: Request) -> Any:
    given = await _body(request)
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise Bad("expected a list of accounts")
    simulator.accounts.replace([read_account(entry) for entry in given])
    return await _get_accounts(simulator, request)


def _show_account(account: Account) -> dict[str, Any]:
    return {**asdict(account), "webhook_verification_key": verification_key(account)}


async def _put_script(simulator: Simulator, request: Request) -> Any:
    simulator.agenda.script = read_script(await _body(request))
    return await _get_script(simulator, request)


async def _get_script(simulator: Simulator, request: Request) -> Any:
    script = simulator.agenda.script
    return {
        **{kind.value: asdict(chance) for kind, chance in script.chances.items()},
        "rules": [asdict(rule) for rule in script.rules],
        "magic": script.is_magic,
        "by": {k.value: "person" if k in script.by_person else "provider" for k in _ENGAGEMENT},
    }


_ENGAGEMENT = (EventKind.OPENED, EventKind.CLICKED, EventKind.UNSUBSCRIBED)


async def _put_faults(simulator: Simulator, request: Request) -> Any:
    simulator.faults.replace(read_rules(await _body(request)))
    return await _get_faults(simulator, request)


async def _get_faults(simulator: Simulator, request: Request) -> Any:
    return [{**asdict(rule), "kind": rule.kind.value} for rule in simulator.faults.rules]


async def _put_clock(simulator: Simulator, request: Request) -> Any:
    offset = (await _body(request)).get("offset_seconds")
    if not isinstance(offset, int | float):
        raise Bad("expected offset_seconds")
    simulator.clock.offset = float(offset)
    simulator.agenda.wake()
    return {"now": simulator.clock.now()}


# -- accepts


async def _get_accepts(simulator: Simulator, request: Request) -> Any:
    names = ("message_id", "recipient", "provider", "account", "provider_message_id")
    wanted = {name: request.query_params[name] for name in names if name in request.query_params}
    after = _number(request, "after", 0)
    limit = min(_number(request, "limit", 1000), MOST_ACCEPTS)
    accepts = simulator.journal.page(after=after, limit=limit, **wanted)
    return {
        "accepts": [asdict(accept) for accept in accepts],
        "cursor": accepts[-1].number if accepts else after,
    }


async def _count_accepts(simulator: Simulator, request: Request) -> Any:
    return {"count": simulator.journal.count(), "newest": simulator.journal.newest}


async def _find_duplicates(simulator: Simulator, request: Request) -> Any:
    found = simulator.journal.duplicates()
    return {"duplicates": [{"message_id": key, "count": count} for key, count in found]}


async def _get_mail(simulator: Simulator, request: Request) -> Any:
    accept = _find(simulator, request.path_params["number"])
    return show_mail(accept, simulator.archive.mail(accept))


def show_mail(accept: Accept, mail: Mail) -> dict[str, Any]:
    return {
        "number": accept.number,
        "provider": accept.provider,
        "message_id": accept.message_id,
        "provider_message_id": accept.provider_message_id,
        **asdict(mail),
        "links": [{"url": link.url, "text": link.text} for link in find_links(mail)],
        "unsubscribe_url": find_unsubscribe(mail)[0],
    }


def _find(simulator: Simulator, number: object) -> Accept:
    accept = simulator.journal.find(number) if isinstance(number, int) else None
    if accept is None:
        raise Bad("no such accept", 404)
    return accept


async def _empty(simulator: Simulator, request: Request) -> Any:
    simulator.empty()
    return {"count": 0}


async def _forget(simulator: Simulator, request: Request) -> Any:
    recipients = (await _body(request)).get("recipients")
    if not isinstance(recipients, list) or not all(isinstance(one, str) for one in recipients):
        raise Bad("expected recipients, a list of addresses or numbers")
    return {"forgotten": simulator.forget(recipients)}


# -- making things happen


async def _act(simulator: Simulator, request: Request) -> Any:
    given = await _body(request)
    accept = _find(simulator, given.get("accept"))
    link = given.get("link")
    if link is not None and not isinstance(link, int):
        raise Bad("link is the number of a link, counted from 0")
    return await act(simulator, accept, str(given.get("action")), by=given.get("by"), link=link)


async def act(
    simulator: Simulator, accept: Accept, action: str, *, by: str | None = None, link: int | None = None
) -> dict[str, Any]:
    """Make it happen now; `by` chooses between the person's HTTP call and the webhook."""
    if action in BY_MAIL:
        return await simulator.acts.write(accept, is_automatic=BY_MAIL[action])
    if action not in ACTIONS:
        raise Bad(f"unknown action {action!r}; known: {', '.join((*ACTIONS, *BY_MAIL))}")
    kind = ACTIONS[action]
    happening = Happening(accept, kind, link, is_first=False)
    if is_text(accept.provider):
        by = "provider"  # a phone answers by its network; there are no pages to open
    if by is None:
        by = "person" if kind in simulator.agenda.script.by_person else "provider"
    if by == "person":
        return await simulator.acts.perform(happening)
    told = await simulator.acts.tell([happening])
    outcome = {"accept": accept.number, "action": kind.value, "by": "provider", "done": bool(told)}
    return (
        outcome if told else {**outcome, "reason": "this provider has no such webhook, or its account no webhook_url"}
    )


ACTIONS = {
    "deliver": EventKind.DELIVERED,
    "defer": EventKind.DEFERRED,
    "bounce": EventKind.BOUNCED,
    "soft-bounce": EventKind.SOFT_BOUNCED,
    "complain": EventKind.COMPLAINED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
}


#: Mails that a person writes to the mailbox of List-Unsubscribe: whether a vacation program did.
BY_MAIL = {"unsubscribe-by-mail": False, "vacation-answer": True}


# -- webhooks


async def _get_webhooks(simulator: Simulator, request: Request) -> Any:
    postman = simulator.postman
    return {
        "paused": postman.settings.is_paused,
        "retry_seconds": list(postman.settings.retry_seconds),
        "waiting": postman.waiting,
        "planned": simulator.agenda.waiting,
        **asdict(postman.counts),
        "log": list(postman.log)[-_number(request, "limit", 100) :],
    }


async def _put_webhooks(simulator: Simulator, request: Request) -> Any:
    given = await _body(request)
    paused, retries = given.get("paused"), given.get("retry_seconds")
    if paused is not None and not isinstance(paused, bool):
        raise Bad("paused is true or false")
    if retries is not None and not (isinstance(retries, list) and all(isinstance(one, int | float) for one in retries)):
        raise Bad("retry_seconds is a list of seconds")
    await simulator.postman.configure(is_paused=paused, retry_seconds=retries)
    return await _get_webhooks(simulator, request)


async def _resend_webhooks(simulator: Simulator, request: Request) -> Any:
    given = await _body(request)
    deliveries = simulator.postman.sent(last=int(given.get("last", 1)), accept=given.get("accept"))
    queued = await simulator.postman.resend(
        deliveries,
        times=int(given.get("times", 1)),
        is_shuffled=bool(given.get("shuffle")),
        delay=float(given.get("delay_ms", 0)) / 1000,
    )
    return {"queued": queued}


async def _get_acts(simulator: Simulator, request: Request) -> Any:
    return {"log": list(simulator.acts.log)[-_number(request, "limit", 100) :]}


_ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/control/accounts", _get_accounts),
    ("PUT", "/control/accounts", _put_accounts),
    ("GET", "/control/script", _get_script),
    ("PUT", "/control/script", _put_script),
    ("GET", "/control/faults", _get_faults),
    ("PUT", "/control/faults", _put_faults),
    ("PUT", "/control/clock", _put_clock),
    ("GET", "/control/accepts", _get_accepts),
    ("GET", "/control/accepts/count", _count_accepts),
    ("GET", "/control/accepts/duplicates", _find_duplicates),
    ("GET", "/control/accepts/{number:int}/mail", _get_mail),
    ("DELETE", "/control/journal", _empty),
    ("POST", "/control/forget", _forget),
    ("POST", "/control/act", _act),
    ("GET", "/control/acts", _get_acts),
    ("GET", "/control/webhooks", _get_webhooks),
    ("PUT", "/control/webhooks", _put_webhooks),
    ("POST", "/control/webhooks/resend", _resend_webhooks),
)
