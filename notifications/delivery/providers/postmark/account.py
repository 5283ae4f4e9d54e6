"""What does a server at Postmark ask for, and how is it tried? https://postmarkapp.com/developer/api/server-api"""

from __future__ import annotations

from typing import Any

from notifications.delivery.providers.accounts import Account, Option
from notifications.delivery.providers.asking import ask

_API = "https://api.postmarkapp.com"


def _test(options: dict[str, Any]) -> str:
    """Read the server that the token belongs to."""
    api = (options.get("api_url") or _API).rstrip("/")
    headers = {"X-Postmark-Server-Token": options["server_token"], "Accept": "application/json"}
    wrong = "The token was refused. It must be a server token; an account token does not send."
    found = ask(f"{api}/server", headers=headers, meanings={401: wrong, 422: wrong})
    if str(found.get("DeliveryType", "")).lower() == "sandbox":
        return "This is a sandbox server: Postmark takes its mail and delivers none."
    return ""


ACCOUNT = Account(
    options=(
        Option(
            name="message_stream", label="Message stream", placeholder="outbound",
            help="Its id at Postmark. Marketing mail needs one of the type broadcast. Empty: the default one.",
        ),
    ),
    webhook_events=("Delivery", "Bounce", "Spam Complaint", "Subscription Change"),
    webhook_hint="Put the login into the address: https://user:password@… with the “webhook secret” as user:password.",
    test=_test,
)  # fmt: skip
