"""What does an account at Mailgun ask for, and how is it tried?

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domains
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from notifications.delivery.providers.accounts import Account, ConnectionFault, Option
from notifications.delivery.providers.asking import ask

_US, _EU = "https://api.mailgun.net/v3", "https://api.eu.mailgun.net/v3"


def _test(options: dict[str, Any]) -> str:
    """Read the sending domain, or without one the first domain."""
    api, domain = (options.get("api_url") or _US).rstrip("/"), options.get("sender_domain", "")
    url = f"{api}/domains/{quote(domain, safe='')}" if domain else f"{api}/domains?limit=1"
    found = ask(
        url, auth=("api", options["api_key"]),
        meanings={
            401: "The key was refused. Check it, and the region. A domain sending key cannot read anything, so it"
            " cannot be tested like this: use “Send a test mail”.",
            404: f"Mailgun does not know the domain {domain} in this account: check its spelling and the region.",
        },
    )  # fmt: skip
    state = found.get("domain", {}).get("state", "active") if domain else "active"
    if state != "active":
        raise ConnectionFault(f"Mailgun calls the domain {domain} {state}: verify its DNS records there.", code=state)
    return "" if domain else "No sending domain is set, so each mail goes by the domain of its From address."


ACCOUNT = Account(
    options=(
        Option(
            name="sender_domain", label="Sending domain", placeholder="mg.example.com",
            help="The domain at Mailgun that mail goes by. Empty: the domain of each From address.",
        ),
        Option(
            name="api_url", label="Region", choices=(("", "United States"), (_EU, "European Union")),
            help="Where the domain was made; keys of one region are unknown in the other.",
        ),
    ),
    webhook_events=("Delivered Messages", "Temporary Failure", "Permanent Failure", "Spam Complaints", "Unsubscribes"),
    webhook_hint="The signing key is under “API security” as “HTTP webhook signing key”; it is not the API key.",
    test=_test,
)  # fmt: skip
