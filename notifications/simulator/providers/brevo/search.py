"""What does Brevo answer when it is asked what happened to mails of a tag?

https://developers.brevo.com/reference/get-email-event-report: `GET /v3/smtp/statistics/events`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifications.simulator.clock import as_iso
from notifications.simulator.wording import json_reply, read_json

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account
    from notifications.simulator.records import Records
    from notifications.simulator.shapes import Accept, Reply, Request

DEFAULT_LIMIT = 2500


def search(request: Request, account: Account, records: Records) -> Reply | None:
    """Events named "requests", of the acceptance, for the first of `tags`; None for any other resource."""
    if request.path.rstrip("/") != "v3/smtp/statistics/events":
        return None
    asked = request.parameters
    try:
        (tag,) = read_json(asked.get("tags", "").encode())
    except (ValueError, TypeError):
        return json_reply(400, {"code": "invalid_parameter", "message": "tags should be a serialized array"})
    found = records.tagged(account, str(tag)) if asked.get("event", "requests") == "requests" else []
    first = int(asked.get("offset", 0))
    rows = [_row(one, str(tag)) for one in found[first : first + int(asked.get("limit", DEFAULT_LIMIT))]]
    return json_reply(200, {"events": rows} if rows else {})


def _row(accept: Accept, tag: str) -> dict[str, Any]:
    return {
        "email": accept.recipient,
        "date": as_iso(accept.at),
        "messageId": accept.provider_message_id,
        "event": "requests",
        "subject": accept.subject,
        "tag": tag,
    }
