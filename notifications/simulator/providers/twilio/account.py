"""What does Twilio say of an account? https://www.twilio.com/docs/iam/api/account"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

from .api import check_secret, refuse

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The account itself."""
    check_secret(request, account)
    if request.path != f"2010-04-01/Accounts/{account.api_key}.json":
        return refuse(404)
    return json_reply(200, {"sid": account.api_key, "friendly_name": account.name, "status": "active", "type": "Full"})
