"""What does Mailjet say of an account's senders? https://dev.mailjet.com/email/reference/sender-addresses-and-domains/sender/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

from .api import check_secret

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The list of senders: one domain, the account's own or any."""
    if request.path.rstrip("/") != "v3/REST/sender":
        return None
    check_secret(request, account)
    sender = {"ID": 1, "Email": f"*@{account.domain or 'any.example'}", "EmailType": "bulk", "Status": "Active"}
    return json_reply(200, {"Count": 1, "Data": [sender], "Total": 1})
