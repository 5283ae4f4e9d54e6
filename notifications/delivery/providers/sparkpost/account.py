"""What does an account at SparkPost ask for, and how is it tried?

https://developers.sparkpost.com/api/sending-domains/
https://developers.sparkpost.com/api/webhooks/
"""

from __future__ import annotations

from typing import Any

from notifications.delivery.providers.accounts import Account, ConnectionFault, Option
from notifications.delivery.providers.asking import ask

_GLOBAL, _EU = "https://api.sparkpost.com/api/v1", "https://api.eu.sparkpost.com/api/v1"


def _test(options: dict[str, Any]) -> str:
    """List the sending domains. A key that may only send is known, but forbidden to look, which proves it as well."""
    api = (options.get("api_url") or _GLOBAL).rstrip("/")
    try:
        found = ask(f"{api}/sending-domains", headers={"Authorization": options["api_key"]})
    except ConnectionFault as fault:
        if fault.code == "403":
            return "The key may not read sending domains, so they could not be looked at. It needs “Transmissions”."
        raise
    domains = found["results"]
    if not any(one.get("status", {}).get("ownership_verified") for one in domains):
        raise ConnectionFault(
            "No sending domain of the account is verified: finish its DNS records.", code="not_verified"
        )
    return ""


ACCOUNT = Account(
    options=(
        Option(
            name="api_url", label="Region", choices=(("", "Global"), (_EU, "European Union")),
            help="Where the account was made.",
        ),
        Option(name="subaccount", label="Subaccount", placeholder="12", help="Its number. Empty: the main account."),
    ),
    webhook_events=(
        "Delivery", "Delay", "Bounce", "Out of Band", "Policy Rejection", "Generation Failure",
        "Generation Rejection", "Spam Complaint", "List Unsubscribe",
    ),
    webhook_hint="Choose basic authentication; the “webhook secret” is user:password as entered there.",
    test=_test,
)  # fmt: skip
