"""What does Postmark answer when it is asked for sent messages?

https://postmarkapp.com/developer/api/messages-api#outbound-message-search
https://postmarkapp.com/support/article/1125-custom-metadata-faq: `metadata_<name>=<value>`, one at a time
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
    """Only by metadata `message_id`, which the journal knows; None for any other resource."""
    if request.path.rstrip("/") != "messages/outbound":
        return None
    asked = request.parameters
    if not asked.get("count", "").isdigit() or not asked.get("offset", "").isdigit():
        return json_reply(422, {"ErrorCode": 700, "Message": "The count and offset parameters are required."})
    wanted = asked.get("metadata_message_id", "")
    rows = [row for one in records.of_message(account, wanted) if wanted and (row := _row(records, one, wanted))]
    return json_reply(200, {"TotalCount": len(rows), "Messages": rows[: int(asked["count"])]})


def _row(records: Records, accept: Accept, wanted: str) -> dict[str, Any] | None:
    mail = records.mail(accept)
    if mail is None or mail.metadata.get("message_id") != wanted:
        return None
    return {
        "MessageID": accept.provider_message_id,
        "Recipients": [accept.recipient],
        "ReceivedAt": as_iso(accept.at),
        "Subject": accept.subject,
        "Status": "Sent",
        "Metadata": dict(mail.metadata),
    }
