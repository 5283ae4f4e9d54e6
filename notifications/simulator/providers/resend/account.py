"""What does Resend say of an account's domains? https://resend.com/docs/api-reference/domains/list-domains"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The list of domains; an account without one of its own takes mail for every one."""
    if request.path.rstrip("/") != "domains":
        return None
    domain = {"id": "00000000-0000-4000-8000-000000000001", "name": account.domain or "any.example",
              "status": "verified", "region": "eu-west-1"}  # fmt: skip
    return json_reply(200, {"object": "list", "has_more": False, "data": [domain]})
