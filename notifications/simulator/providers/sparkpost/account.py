"""What does SparkPost say of an account's sending domains? https://developers.sparkpost.com/api/sending-domains/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The list of sending domains; an account without one of its own takes mail for every one."""
    if request.path.rstrip("/") != "api/v1/sending-domains":
        return None
    status = {"ownership_verified": True, "dkim_status": "valid", "compliance_status": "valid"}
    return json_reply(200, {"results": [{"domain": account.domain or "any.example", "status": status}]})
