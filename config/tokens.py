"""How does a link prove that we made it? Short keyed tokens, each good for one purpose only.

A token is the payload and twelve bytes of keyed BLAKE2b over it, in URL-safe base64. The key is derived from the
purpose, so a token for one door is refused at another. New tokens use the first signing key; every listed key
verifies, so links in old mail keep working after a rotation.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from django.conf import settings

_MAC_BYTES = 12


class BadToken(ValueError):
    """The token is malformed, forged, or was made for another purpose."""


def sign(purpose: str, payload: bytes) -> str:
    """A URL-safe token that carries `payload` (bytes, readable by anyone) for `purpose`."""
    key = _keys(purpose, tuple(settings.POSTRIDER_SIGNING_KEYS))[0]
    return urlsafe_b64encode(payload + _mac(key, payload)).rstrip(b"=").decode()


def read(purpose: str, token: str) -> bytes:
    """The payload of a token made by `sign` for the same purpose; raises BadToken for anything else."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise BadToken from None
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise BadToken  # one token, one spelling
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    keys = _keys(purpose, tuple(settings.POSTRIDER_SIGNING_KEYS))
    if not any(hmac.compare_digest(mac, _mac(key, payload)) for key in keys):
        raise BadToken
    return payload


def _mac(key: bytes, payload: bytes) -> bytes:
    return hashlib.blake2b(payload, key=key, digest_size=_MAC_BYTES).digest()


@lru_cache(maxsize=64)
def _keys(purpose: str, secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(
        hashlib.blake2b(purpose.encode(), key=hashlib.sha256(secret.encode()).digest()).digest()[:32]
        for secret in secrets
    )
