"""What does SendGrid say that a key may do?

https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account

_SCOPES = ["mail.send", "mail.batch.create", "mail.batch.read", "user.webhooks.event.settings.read"]


def look(request: Request, account: Account) -> Reply | None:
    """The key's scopes."""
    return json_reply(200, {"scopes": _SCOPES}) if request.path.rstrip("/") == "v3/scopes" else None
