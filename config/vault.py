"""How are secrets kept? Sealed with rotating Fernet keys; addresses that must be forgotten, as keyed digests."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(ValueError):
    """The blob was sealed with a key that is no longer listed in POSTRIDER_VAULT_KEYS."""


def seal(text: str) -> bytes:
    """`text` encrypted and authenticated with the first vault key."""
    return _vault(tuple(settings.POSTRIDER_VAULT_KEYS)).encrypt(text.encode())


def unseal(blob: bytes) -> str:
    """The text inside a sealed blob; raises Unreadable when no listed key opens it."""
    try:
        return _vault(tuple(settings.POSTRIDER_VAULT_KEYS)).decrypt(bytes(blob)).decode()
    except InvalidToken:
        raise Unreadable("Sealed with a key that is not in POSTRIDER_VAULT_KEYS: add the old key back.") from None


def reseal(blob: bytes) -> bytes | None:
    """The blob sealed anew with the first key, or None when it is already. Raises Unreadable as `unseal` does."""
    newest, *_ = settings.POSTRIDER_VAULT_KEYS
    try:
        Fernet(newest).decrypt(bytes(blob))
    except InvalidToken:
        return seal(unseal(blob))
    return None


def keyed_digest(purpose: str, value: bytes) -> bytes:
    """Keyed digest (16 bytes) of `value` for one purpose; its key is its own and never rotates."""
    key = settings.POSTRIDER_SUPPRESSION_KEY.encode()
    return hmac.new(key, purpose.encode() + b"\0" + value, hashlib.sha256).digest()[:16]


def address_digest(address: str) -> bytes:
    """The digest of a normalised address, by which suppression finds it even after erasure."""
    return keyed_digest("address", address.encode())


@lru_cache(maxsize=8)
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
