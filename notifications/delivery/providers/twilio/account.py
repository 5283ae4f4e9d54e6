"""What does an account at Twilio ask for, and how is it tried?

https://www.twilio.com/docs/iam/api/account
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from notifications.delivery.providers.accounts import Account, ConnectionFault, Option
from notifications.delivery.providers.asking import ask

API = "https://api.twilio.com"


def _test(options: dict[str, Any]) -> str:
    """Read the account itself."""
    api, sid = (options.get("api_url") or API).rstrip("/"), options["account_sid"]
    found = ask(
        f"{api}/2010-04-01/Accounts/{quote(sid, safe='')}.json", auth=(sid, options["auth_token"]),
        meanings={401: "Twilio refused the account SID with this auth token: copy both once more from its console."},
    )  # fmt: skip
    if found["status"] != "active":
        raise ConnectionFault(f"Twilio calls this account {found['status']}.", code=found["status"])
    return "It is a trial account: it reaches verified numbers only." if found.get("type") == "Trial" else ""


ACCOUNT = Account(
    options=(
        Option(
            name="account_sid", label="Account SID", placeholder="AC0123456789abcdef0123456789abcdef",
            help="On the first page of the Twilio console.",
        ),
        Option(
            name="sender", label="Sender", placeholder="+15017122661",
            help="A number of yours at Twilio, a sender name where the country allows one, or a Messaging Service SID"
            " (MG…). People can answer STOP only to a number.",
        ),
        Option(name="api_url", label="API address", placeholder=API, help="Empty: Twilio's own; else a region's."),
    ),
    limits={"mails_per_second": "1 segment a second for a US long code; Twilio queues what comes faster"},
    webhook_events=("Delivery reports: each message names this address itself",),
    webhook_hint="For answers such as STOP, set this address as “A message comes in” (POST) of the number or of the"
    " Messaging Service. Reports and answers are signed with the auth token.",
    test=_test,
)  # fmt: skip
