"""How does a link prove that we made it? Short keyed tokens, each good for one purpose only.

A token is the payload and twelve bytes of keyed BLAKE2b over it, in URL-safe base64. The key is derived from the
purpose, so a token for one door is refused at another. New tokens use the first signing key; every listed key
verifies, so links in old mail keep working after a rotation.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b, sha256

from django.conf import settings

_MAC_BYTES = 12


class BadToken(ValueError):
    """The token is malformed, forged, or was made for another purpose."""


def sign(purpose: str, payload: bytes) -> str:
    """A URL-safe token that carries `payload` (bytes, readable by anyone) for `purpose`."""
    keyed = _keyed(purpose, tuple(settings.POSTRIDER_SIGNING_KEYS))[0]
    return urlsafe_b64encode(payload + _mac(keyed, payload)).rstrip(b"=").decode()


def read(purpose: str, token: str) -> bytes:
    """The payload of a token made by `sign` for the same purpose; raises BadToken for anything else."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise BadToken from None
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise BadToken  # one token, one spelling
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    hashes = _keyed(purpose, tuple(settings.POSTRIDER_SIGNING_KEYS))
    if not any(hmac.compare_digest(mac, _mac(keyed, payload)) for keyed in hashes):
        raise BadToken
    return payload


def _mac(keyed: blake2b, payload: bytes) -> bytes:
    fresh = keyed.copy()
    fresh.update(payload)
    return fresh.digest()


@lru_cache(maxsize=64)
def _keyed(purpose: str, secrets: tuple[str, ...]) -> tuple[blake2b, ...]:
    """A hash of each key, to be copied: taking up the key anew costs more than all the rest of a token."""
    return tuple(blake2b(key=_derive(purpose, secret), digest_size=_MAC_BYTES) for secret in secrets)


def _derive(purpose: str, secret: str) -> bytes:
    return blake2b(purpose.encode(), key=sha256(secret.encode()).digest()).digest()[:32]
