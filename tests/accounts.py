"""Which provider accounts do tests use? One simulated account of each kind, known to the simulator."""

from __future__ import annotations

from typing import Any

from config.queues import STREAMS
from notifications.delivery.models import PoolMember, Provider
from tests.simulator.process import KEYS, SECRETS, Process

_WEBHOOK_CREDENTIALS = {
    "mailgun": "webhook_signing_key",
    "sendgrid": "tracking_webhook_verification_key",
    "postmark": "webhook_secret",
    "resend": "signing_secret",
    "sparkpost": "webhook_secret",
    "ses": "webhook_secret",
    "brevo": "webhook_secret",
    "mailjet": "webhook_secret",
}
_KEY_NAMES = {"postmark": "server_token", "ses": "access_key_id"}  # "api_key" elsewhere
_MORE: dict[str, dict[str, str]] = {
    "ses": {"secret_access_key": SECRETS["ses"]},
    "mailjet": {"secret_key": SECRETS["mailjet"]},
}


def make_providers(simulator: Process) -> dict[str, Provider]:
    """An account of each kind with the keys that the simulator has; each in every pool, Mailgun first."""
    known = {one["provider"]: one for one in simulator.control("GET", "accounts")}
    made = {}
    for place, (kind, key) in enumerate(KEYS.items()):
        name = _KEY_NAMES.get(kind, "api_key")
        verification = known[kind]["webhook_verification_key"]
        credentials = {name: key, **_MORE.get(kind, {}), _WEBHOOK_CREDENTIALS[kind]: verification}
        made[kind] = _make(kind, credentials, priority=place)
    made["smtp"] = _make("smtp", {}, priority=len(made))
    return made


def only(providers: dict[str, Provider], kind: str) -> Provider:
    """Leave one account in the pools and return it."""
    Provider.objects.exclude(pk=providers[kind].pk).update(is_enabled=False)
    return providers[kind]


def _make(kind: str, credentials: dict[str, str], *, priority: int) -> Provider:
    provider = Provider(key=kind, kind=kind, name=kind.title(), is_simulated=True)
    provider.set_credentials(credentials)
    provider.save()
    PoolMember.objects.bulk_create(
        PoolMember(stream=stream, provider=provider, priority=priority) for stream in STREAMS
    )
    return provider


def tell_webhooks(simulator: Process, providers: dict[str, Provider], base: str) -> None:
    """Have the simulator report to `base`, each account at its own address."""
    accounts: list[dict[str, Any]] = simulator.control("GET", "accounts")
    for one in accounts:
        provider = providers[one["provider"]]
        one.pop("webhook_verification_key")
        address = f"{base}/webhooks/{provider.kind}/{provider.webhook_key}/"
        user = "postman:word@" if provider.kind == "postmark" else ""
        one["webhook_url"] = address.replace("://", f"://{user}")
    simulator.control("PUT", "accounts", accounts)


def tell_inbound(simulator: Process, providers: dict[str, Provider], base: str) -> None:
    """Have the simulator bring mail in to `base`, each account at its own address."""
    accounts: list[dict[str, Any]] = simulator.control("GET", "accounts")
    for one in accounts:
        provider = providers[one["provider"]]
        one.pop("webhook_verification_key")
        one["inbound_url"] = f"{base}/webhooks/{provider.kind}/{provider.webhook_key}/inbound/"
    simulator.control("PUT", "accounts", accounts)
