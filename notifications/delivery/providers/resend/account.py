"""What does an account at Resend ask for, and how is it tried?

https://resend.com/docs/api-reference/domains/list-domains
https://resend.com/docs/api-reference/rate-limit
"""

from __future__ import annotations

from typing import Any

from notifications.delivery.providers.accounts import Account, ConnectionFault
from notifications.delivery.providers.asking import ask

_API = "https://api.resend.com"


def _test(options: dict[str, Any]) -> str:
    """List the domains. A key that may only send is refused by a name of its own, which proves it as well."""
    api = (options.get("api_url") or _API).rstrip("/")
    try:
        found = ask(f"{api}/domains", headers={"Authorization": f"Bearer {options['api_key']}"})
    except ConnectionFault as fault:
        if fault.code == "401" and "restricted_api_key" in fault.answer:
            return "The key may only send, which is enough; so its domains could not be looked at."
        raise
    domains = found.get("data", [])
    if not domains:
        return "The key is valid, but the account has no domain yet: add one at Resend and verify it."
    if not any(one.get("status") == "verified" for one in domains):
        raise ConnectionFault("No domain of the account is verified: finish its DNS records.", code="not_verified")
    return ""


ACCOUNT = Account(
    limits={"calls_per_second": "5 (all of a team's keys together)"},
    webhook_events=(
        "email.delivered", "email.delivery_delayed", "email.bounced", "email.complained", "email.failed",
        "email.suppressed",
    ),
    webhook_hint="The signing secret is on the webhook's page and begins with whsec_.",
    test=_test,
)  # fmt: skip
