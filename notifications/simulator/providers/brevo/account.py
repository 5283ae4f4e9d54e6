"""What does Brevo say of an account? https://developers.brevo.com/reference/get-account"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The account itself."""
    if request.path.rstrip("/") != "v3/account":
        return None
    return json_reply(200, {"companyName": account.name, "plan": [{"type": "free"}], "relay": {"enabled": True}})
