"""What does an account at Mailjet ask for, and how is it tried? https://dev.mailjet.com/email/reference/sender-addresses-and-domains/sender/"""

from __future__ import annotations

from typing import Any

from notifications.delivery.providers.accounts import Account, ConnectionFault, Option
from notifications.delivery.providers.asking import ask
from notifications.delivery.providers.mailjet.search import rest_url

_WRONG = "Mailjet refused the login. It takes the API key and the secret key of the same pair; check both."


def _test(options: dict[str, Any]) -> str:
    """List the senders that mail may come from."""
    found = ask(
        f"{rest_url(options, 'sender')}?Limit=100", auth=(options["api_key"], options["secret_key"]),
        meanings={401: _WRONG, 403: _WRONG},
    )  # fmt: skip
    senders = found.get("Data", [])
    if not senders:
        return "The login is valid, but the account has no sender yet: add an address or a domain at Mailjet."
    if not any(one.get("Status") == "Active" for one in senders):
        raise ConnectionFault("No sender of the account is active: validate one at Mailjet.", code="inactive")
    return ""


ACCOUNT = Account(
    options=(
        Option(
            name="api_url", label="Region",
            choices=(("", "Global"), ("https://api.us.mailjet.com/v3.1", "United States")),
            help="Where the account was made.",
        ),
    ),
    webhook_events=("sent", "bounce", "blocked", "spam", "unsub"),
    webhook_hint="Tick “Group events”. Put the login into the address: https://user:password@… with the “webhook"
    " secret” as user:password.",
    test=_test,
)  # fmt: skip
