"""What does Mailgun answer when it is asked for events?

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/events: `GET /v3/<domain>/events`
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account
    from notifications.simulator.records import Records
    from notifications.simulator.shapes import Accept, Reply, Request

MOST_ITEMS = 300

_PATH = re.compile(r"v3/([^/]+)/events/?\Z")


def search(request: Request, account: Account, records: Records) -> Reply | None:
    """Events named "accepted", for the addresses of a `recipient` filter; None for any other resource."""
    if _PATH.match(request.path) is None:
        return None
    asked = request.parameters
    # https://documentation.mailgun.com/docs/mailgun/user-manual/events/filter-expressions
    addresses = [one.strip() for one in asked.get("recipient", "").split(" OR ") if one.strip()]
    found = [one for address in addresses for one in records.of_recipient(account, address)]
    rows = [_row(records, one) for one in found if asked.get("event", "accepted") == "accepted"]
    rows = rows[: min(int(asked.get("limit", MOST_ITEMS)), MOST_ITEMS)]
    return json_reply(200, {"items": rows, "paging": {}})


def _row(records: Records, accept: Accept) -> dict[str, Any]:
    mail = records.mail(accept)
    return {
        "event": "accepted",
        "id": f"simulator-{accept.number}",
        "timestamp": accept.at,
        "recipient": accept.recipient,
        "user-variables": dict(mail.metadata) if mail else {},
        "message": {"headers": {"message-id": mail.header("Message-Id").strip("<>") if mail else ""}},
    }
