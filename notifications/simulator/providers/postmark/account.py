"""What does Postmark say of the server of a token? https://postmarkapp.com/developer/api/server-api"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The server itself."""
    if request.path.rstrip("/") != "server":
        return None
    return json_reply(
        200, {"ID": 1, "Name": account.name, "Color": "blue", "DeliveryType": "Live", "TrackOpens": False}
    )
