"""How does a developer's machine come to provider accounts? Made up, one of each kind, known to the simulator.

Their keys are derived from SECRET_KEY and the account's own webhook key, so making them again gives the same ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction

from config.queues import STREAMS, Stream
from notifications.delivery.models import PoolMember, Provider

#: Kind -> the name of the account.
KINDS: dict[str, str] = {
    "mailgun": "Mailgun (simulated)",
    "sendgrid": "SendGrid (simulated)",
    "postmark": "Postmark (simulated)",
    "resend": "Resend (simulated)",
    "sparkpost": "SparkPost (simulated)",
    "ses": "Amazon SES (simulated)",
    "brevo": "Brevo (simulated)",
    "mailjet": "Mailjet (simulated)",
    "smtp": "SMTP (simulated)",
    "twilio": "Twilio (simulated)",
}

#: Account -> its kind and name. Text messages have two: a number sends about one a second, so that codes would wait
#: behind news.
ACCOUNTS: dict[str, tuple[str, str]] = {
    **{kind: (kind, name) for kind, name in KINDS.items()},
    "twilio-news": ("twilio", "Twilio for news (simulated)"),
}
_SENDERS = {"simulated-twilio": "+15005550006", "simulated-twilio-news": "+15005550009"}

#: Stream -> accounts, best first in each channel; what people asked for shares none with what goes to many. An
#: idempotency key is worth most where seconds count.
POOLS: dict[str, tuple[str, ...]] = {
    Stream.CRITICAL: ("resend", "postmark", "smtp", "twilio"),
    Stream.TRANSACTIONAL: ("postmark", "resend", "smtp", "twilio"),
    Stream.NOTIFICATION: ("sendgrid", "mailgun", "brevo", "twilio-news"),
    Stream.MARKETING: ("mailgun", "sendgrid", "sparkpost", "brevo", "mailjet", "twilio-news"),
}

_SIMULATOR_SECONDS = 5
# Keys of this curve lie between 1 and its order, which is slightly below 2**256 (SEC 2, 2.4.2).
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class SimulatorSilent(RuntimeError):
    """The simulator does not answer, or does not take the accounts; the message says which."""


class NotInProduction(RuntimeError):
    """A simulated account would swallow real mail."""


@transaction.atomic
def ensure_simulated_providers() -> list[Provider]:
    """The simulated accounts, and a place in the pools for the new ones; safe to run again.

    Places that were changed or removed since stay as they are. Raises NotInProduction.
    """
    if settings.POSTRIDER_ENV == "production":
        raise NotInProduction("Simulated accounts swallow mail: they are for development and tests only.")
    providers = []
    for account, (kind, name) in ACCOUNTS.items():
        defaults = {"kind": kind, "name": name, "is_simulated": True}
        provider, is_new = Provider.objects.get_or_create(key=f"simulated-{account}", defaults=defaults)
        provider.set_credentials(make_credentials(provider))
        provider.options = {**make_options(provider), **provider.options}
        provider.save(update_fields=["credentials", "options"])
        if is_new:
            _join_pools(provider, account)
        providers.append(provider)
    return providers


def tell_simulator(providers: Sequence[Provider]) -> None:
    """Make the accounts the simulator's own, with the addresses of their webhooks. Raises SimulatorSilent."""
    accounts = [make_account(provider) for provider in providers]
    with requests.Session() as session:
        session.trust_env = False  # no proxy stands between us and ourselves
        try:
            url = f"{settings.POSTRIDER_SIMULATOR_URL}/control/accounts"
            answer = session.put(url, json=accounts, timeout=_SIMULATOR_SECONDS)
        except requests.RequestException as error:
            raise SimulatorSilent(f"No simulator at {settings.POSTRIDER_SIMULATOR_URL}.") from error
    if answer.status_code != 200:
        raise SimulatorSilent(f"The simulator refused the accounts: {answer.text[:200]}")


def make_credentials(provider: Provider) -> dict[str, str]:
    """What the account's kind asks for, to send and to believe webhooks."""
    return _CREDENTIALS[provider.kind](provider)


def make_options(provider: Provider) -> dict[str, str]:
    """The options without which the account's kind cannot send."""
    if provider.kind != "twilio":
        return {}
    return {"account_sid": f"AC{_derive(provider, 'api key')[:32]}", "sender": _SENDERS[provider.key]}


def make_account(provider: Provider) -> dict[str, str]:
    """The account as the simulator's control API takes it."""
    account = {"provider": provider.kind, "name": provider.key}
    if provider.kind == "smtp":
        return account
    return {
        **account,
        "api_key": make_options(provider).get("account_sid") or _derive(provider, "api key"),
        "password": _derive(provider, "second key"),
        "webhook_key": _WEBHOOK_KEYS[provider.kind](provider),
        "webhook_url": f"{settings.POSTRIDER_PUBLIC_URL}/webhooks/{provider.kind}/{provider.webhook_key}/",
        "inbound_url": f"{settings.POSTRIDER_PUBLIC_URL}/webhooks/{provider.kind}/{provider.webhook_key}/inbound/",
    }


def _join_pools(provider: Provider, account: str) -> None:
    PoolMember.objects.bulk_create(
        [
            PoolMember(stream=stream, provider=provider, priority=10 * (POOLS[stream].index(account) + 1))
            for stream in STREAMS
            if account in POOLS[stream]
        ],
        ignore_conflicts=True,
    )


def _mailgun(provider: Provider) -> dict[str, str]:
    return {"api_key": _derive(provider, "api key"), "webhook_signing_key": _derive(provider, "webhook")}


def _sendgrid(provider: Provider) -> dict[str, str]:
    public = _elliptic_key(provider).public_key()
    shown = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {
        "api_key": _derive(provider, "api key"),
        "tracking_webhook_verification_key": base64.b64encode(shown).decode(),
    }


def _postmark(provider: Provider) -> dict[str, str]:
    return {"server_token": _derive(provider, "api key"), "webhook_secret": _basic_login(provider)}


def _resend(provider: Provider) -> dict[str, str]:
    return {"api_key": _derive(provider, "api key"), "signing_secret": _svix_secret(provider)}


def _sparkpost(provider: Provider) -> dict[str, str]:
    return {"api_key": _derive(provider, "api key"), "webhook_secret": _basic_login(provider)}


def _ses(provider: Provider) -> dict[str, str]:
    return {
        "access_key_id": _derive(provider, "api key"),
        "secret_access_key": _derive(provider, "second key"),
        "webhook_secret": _basic_login(provider),
    }


def _brevo(provider: Provider) -> dict[str, str]:
    return {"api_key": _derive(provider, "api key"), "webhook_secret": _basic_login(provider)}


def _mailjet(provider: Provider) -> dict[str, str]:
    return {
        "api_key": _derive(provider, "api key"),
        "secret_key": _derive(provider, "second key"),
        "webhook_secret": _basic_login(provider),
    }


def _twilio(provider: Provider) -> dict[str, str]:
    return {"auth_token": _derive(provider, "second key")}


def _smtp(provider: Provider) -> dict[str, str]:
    return {}  # the simulator's mail server takes mail from anybody on this machine


_CREDENTIALS: dict[str, Callable[[Provider], dict[str, str]]] = {
    "mailgun": _mailgun,
    "sendgrid": _sendgrid,
    "postmark": _postmark,
    "resend": _resend,
    "sparkpost": _sparkpost,
    "ses": _ses,
    "brevo": _brevo,
    "mailjet": _mailjet,
    "smtp": _smtp,
    "twilio": _twilio,
}


def _basic_login(provider: Provider) -> str:
    return f"{provider.kind}:{_derive(provider, 'webhook')}"


def _svix_secret(provider: Provider) -> str:
    return "whsec_" + base64.b64encode(_digest(provider, "webhook")).decode()


def _private_pem(provider: Provider) -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _elliptic_key(provider).private_bytes(*form).decode()


_WEBHOOK_KEYS: dict[str, Callable[[Provider], str]] = {
    "mailgun": lambda provider: _derive(provider, "webhook"),
    "sendgrid": _private_pem,
    "postmark": _basic_login,
    "resend": _svix_secret,
    "sparkpost": _basic_login,
    "ses": _basic_login,
    "brevo": _basic_login,
    "mailjet": _basic_login,
    "twilio": lambda provider: _derive(provider, "second key"),
}


def _elliptic_key(provider: Provider) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(_digest(provider, "webhook")) % (_CURVE_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _derive(provider: Provider, purpose: str) -> str:
    return _digest(provider, purpose).hex()[:40]


def _digest(provider: Provider, purpose: str) -> bytes:
    text = f"simulated\0{purpose}\0{provider.kind}\0{provider.webhook_key}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
