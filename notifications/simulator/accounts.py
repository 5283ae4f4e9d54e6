"""Whose key is this, and where does that account want its webhooks?"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One customer account at one provider."""

    provider: str
    api_key: str = ""
    name: str = ""
    webhook_url: str = ""  # may carry `user:password@` for basic authentication
    inbound_url: str = ""  # where mail that comes in is brought, alike
    webhook_key: str = ""  # the provider's own signing secret; see each `webhooks` module
    domain: str = ""  # the one verified sending domain; empty: any
    username: str = ""  # SMTP only
    password: str = ""  # SMTP; for Amazon SES and Mailjet the secret key


class BadAccount(ValueError):
    """An account description that cannot be used; the text says why."""


FIELDS = frozenset(Account.__dataclass_fields__)


def read_account(given: Mapping[str, Any]) -> Account:
    """An account from its JSON form, with the keys that were left out made up."""
    unknown = sorted(set(given) - FIELDS)
    if unknown:
        raise BadAccount(f"unknown field {unknown[0]!r}; known: {', '.join(sorted(FIELDS))}")
    bad = [key for key, value in given.items() if not isinstance(value, str)]
    if bad:
        raise BadAccount(f"field {bad[0]!r} must be a string")
    if not given.get("provider"):
        raise BadAccount("field 'provider' is missing")
    return _complete(Account(**given))


def _complete(account: Account) -> Account:
    fields = asdict(account)
    fields["name"] = account.name or account.provider
    fields["webhook_key"] = account.webhook_key or _make_key(account)
    return Account(**fields)


def _make_key(account: Account) -> str:
    if account.provider == "sendgrid":
        return _make_elliptic_key()
    if account.provider == "resend":
        return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    if account.provider == "mailgun":
        return account.api_key  # as Anymail assumes when no signing key is set
    return ""


def _make_elliptic_key() -> str:
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def verification_key(account: Account) -> str:
    """What the receiver needs to check this account's webhooks.

    For SendGrid the public key as one base64 line, for the others the shared secret.
    """
    if not account.webhook_key.startswith("-----BEGIN"):
        return account.webhook_key
    private = serialization.load_pem_private_key(account.webhook_key.encode(), password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(public).decode()


class AccountBook:
    """The accounts in force, kept in a file so that their keys outlive a restart."""

    def __init__(self, path: Path, *, is_open: bool, check: Callable[[Account], None]) -> None:
        self._path = path
        self._check = check
        self.is_open = is_open
        self._accounts: dict[tuple[str, str], Account] = {}
        if path.exists():
            self._accounts = self._sort(read_account(entry) for entry in json.loads(path.read_text()))

    def replace(self, accounts: Iterable[Account]) -> None:
        """These and no others from now on; raises BadAccount and changes nothing if one is bad."""
        self._accounts = self._sort(accounts)
        self._write()

    def _sort(self, accounts: Iterable[Account]) -> dict[tuple[str, str], Account]:
        found: dict[tuple[str, str], Account] = {}
        names: set[tuple[str, str]] = set()
        for account in accounts:
            self._check(account)
            if (account.provider, account.name) in names:
                raise BadAccount(f"two {account.provider} accounts are named {account.name!r}: give each a name")
            names.add((account.provider, account.name))
            found[account.provider, _login(account)] = account
        return found

    def _write(self) -> None:
        text = json.dumps([asdict(account) for account in self], indent=1)
        draft = self._path.with_suffix(".new")
        draft.touch(0o600)
        draft.write_text(text)
        draft.replace(self._path)

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._accounts.values()))

    def find(self, provider: str, key: str) -> Account | None:
        """The account of that key; in an open simulator, one made up for any key."""
        account = self._accounts.get((provider, key))
        if account is None and self.is_open and key:
            account = next((one for one in self if one.provider == provider), None)
            return account or _complete(Account(provider=provider, api_key=key, name="open"))
        return account

    def named(self, provider: str, name: str) -> Account | None:
        """The account that journaled a mail, if it is still configured."""
        return next((one for one in self if one.provider == provider and one.name == name), None)

    def of(self, provider: str) -> list[Account]:
        return [one for one in self if one.provider == provider]


def _login(account: Account) -> str:
    return account.username if account.provider == "smtp" else account.api_key
