"""What does Mailgun say of an account's domains?

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domains
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

from .api import refuse

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

_PATH = re.compile(r"v3/domains(?:/([^/]+))?/?\Z")
_ANY = "any.example"  # an account without a domain of its own takes mail for every one


def look(request: Request, account: Account) -> Reply | None:
    """One domain, or the list of them."""
    found = _PATH.match(request.path)
    if found is None:
        return None
    if found[1] is None:
        return json_reply(200, {"items": [_domain(account.domain or _ANY)], "total_count": 1})
    name = unquote(found[1])
    if account.domain and name != account.domain:
        return refuse(404, "Domain not found")
    return json_reply(200, {"domain": _domain(name)})


def _domain(name: str) -> dict[str, str]:
    return {"name": name, "state": "active", "type": "custom"}
