"""What does Mailjet answer when it is asked for a message?

https://dev.mailjet.com/email/reference/messages/: `GET /v3/REST/message?CustomID=…`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifications.simulator.clock import as_iso
from notifications.simulator.wording import json_reply

from .api import check_secret

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account
    from notifications.simulator.records import Records
    from notifications.simulator.shapes import Accept, Reply, Request

DEFAULT_LIMIT = 10


def search(request: Request, account: Account, records: Records) -> Reply | None:
    """None for any other resource."""
    if request.path.rstrip("/") != "v3/REST/message":
        return None
    check_secret(request, account)
    asked = request.parameters
    wanted = asked.get("CustomID", "")
    found = [one for one in records.of_message(account, wanted) if _custom_id(records, one) == wanted]
    rows = [_row(one, wanted, is_shown="ShowCustomID" in asked) for one in found if wanted]
    rows = rows[: int(asked.get("Limit", DEFAULT_LIMIT))]
    return json_reply(200, {"Count": len(rows), "Data": rows, "Total": len(rows)})


def _custom_id(records: Records, accept: Accept) -> str:
    mail = records.mail(accept)
    return mail.header("X-MJ-CustomID") if mail else ""


def _row(accept: Accept, custom_id: str, *, is_shown: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "ID": int(accept.provider_message_id),
        "ArrivedAt": as_iso(accept.at),
        "Status": "queued",
        "IsOpenTracked": False,
        "IsClickTracked": False,
    }
    return {**row, "CustomID": custom_id} if is_shown else row
