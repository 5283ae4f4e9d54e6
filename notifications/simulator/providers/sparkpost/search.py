"""What does SparkPost answer when it is asked for events?

https://developers.sparkpost.com/api/events/: `GET /api/v1/events/message`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifications.simulator.clock import as_iso
from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account
    from notifications.simulator.records import Records
    from notifications.simulator.shapes import Accept, Reply, Request


def search(request: Request, account: Account, records: Records) -> Reply | None:
    """Injections, for the addresses of a `recipients` filter; None for any other resource."""
    if request.path.rstrip("/") != "api/v1/events/message":
        return None
    asked = request.parameters
    addresses = [one.strip() for one in asked.get("recipients", "").split(",") if one.strip()]
    found = [one for address in addresses for one in records.of_recipient(account, address)]
    rows = [_row(records, one) for one in found if "injection" in asked.get("events", "injection").split(",")]
    rows = rows[: int(asked.get("per_page", 1000))]
    return json_reply(200, {"results": rows, "total_count": len(rows), "links": {}})


def _row(records: Records, accept: Accept) -> dict[str, Any]:
    mail = records.mail(accept)
    return {
        "type": "injection",
        "event_id": f"simulator-{accept.number}",
        "timestamp": as_iso(accept.at),
        "rcpt_to": accept.recipient,
        "rcpt_meta": dict(mail.metadata) if mail else {},
        "transmission_id": accept.provider_message_id,
        "subject": accept.subject,
    }
