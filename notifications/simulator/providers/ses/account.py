"""What does Amazon SES say of an account? https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notifications.simulator.shapes import Reply, Request
from notifications.simulator.wording import json_reply

from .api import refuse_forgery

if TYPE_CHECKING:
    from notifications.simulator.accounts import Account


def look(request: Request, account: Account) -> Reply | None:
    """The state of the account, for a call that its secret key signed."""
    if request.path != "v2/email/account":
        return None
    refuse_forgery(request, account)
    quota = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}
    return json_reply(
        200,
        {
            "SendingEnabled": True,
            "ProductionAccessEnabled": True,
            "EnforcementStatus": "HEALTHY",
            "SendQuota": quota,
        },
    )
