"""What does an account at SendGrid ask for, and how is it tried?

https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access
"""

from __future__ import annotations

from typing import Any

from notifications.delivery.providers.accounts import Account, ConnectionFault, Option
from notifications.delivery.providers.asking import ask

_GLOBAL, _EU = "https://api.sendgrid.com/v3", "https://api.eu.sendgrid.com/v3"


def _test(options: dict[str, Any]) -> str:
    """Read what the key may do; it must be allowed to send."""
    api = (options.get("api_url") or _GLOBAL).rstrip("/")
    found = ask(f"{api}/scopes", headers={"Authorization": f"Bearer {options['api_key']}"})
    if "mail.send" not in found.get("scopes", []):
        raise ConnectionFault(
            "The key is valid but may not send: give it “Mail Send” at SendGrid.", code="no_mail_send"
        )
    return "Whether the sender is verified shows only when a mail is sent."


ACCOUNT = Account(
    options=(
        Option(
            name="api_url", label="Region", choices=(("", "Global"), (_EU, "European Union (regional subuser)")),
            help="Where the subuser was made.",
        ),
    ),
    webhook_events=("Delivered", "Deferred", "Bounced", "Dropped", "Spam Reports", "Unsubscribes"),
    webhook_hint="Switch on the Signed Event Webhook; its verification key is asked for above.",
    test=_test,
)  # fmt: skip
