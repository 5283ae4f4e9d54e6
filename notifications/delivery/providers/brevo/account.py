"""What does an account at Brevo ask for, and how is it tried? https://developers.brevo.com/reference/get-account"""

from __future__ import annotations

from typing import Any

from notifications.delivery.providers.accounts import Account, ConnectionFault
from notifications.delivery.providers.asking import ask

_API = "https://api.brevo.com/v3"
_WRONG = "Brevo refused the key. It must be an API key (xkeysib-…) of version 3; an SMTP key does not work here."


def _test(options: dict[str, Any]) -> str:
    """Read the account."""
    api = (options.get("api_url") or _API).rstrip("/")
    found = ask(f"{api}/account", headers={"api-key": options["api_key"]}, meanings={401: _WRONG, 403: _WRONG})
    if found.get("relay", {}).get("enabled") is False:
        raise ConnectionFault("Transactional mail is not activated for this account: ask Brevo for it.", code="relay")
    return ""


ACCOUNT = Account(
    limits={"calls_per_second": "1,000; batches 100 a minute"},
    webhook_events=("delivered", "hard_bounce", "soft_bounce", "blocked", "spam", "invalid_email", "deferred", "error",
                    "unsubscribed"),
    webhook_hint="Take a transactional webhook, not one of marketing, and put the login into its address:"
    " https://user:password@… with the “webhook secret” as user:password. Switch Brevo's own tracking off in its"
    " settings.",
    test=_test,
)  # fmt: skip
