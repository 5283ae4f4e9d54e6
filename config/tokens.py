"""How does a link prove that we made it? Short keyed tokens, each good for one purpose only.

A token is the payload and twelve bytes of keyed BLAKE2b over it, in URL-safe base64. The key is derived from the
purpose, so a token for one door is refused at another. New tokens use the first signing key; every listed key
verifies, so links in old mail keep working after a rotation.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode
from functools import lru_cache
from hashlib import blake2b, sha256

from django.conf import settings

_MAC_BYTES = 12
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class BadToken(ValueError):
    """The token is malformed, forged, or was made for another purpose."""


def sign(purpose: str, payload: bytes) -> str:
    """A URL-safe token that carries `payload` (bytes, readable by anyone) for `purpose`."""
    keyed = _keyed(purpose, tuple(settings.POSTRIDER_SIGNING_KEYS))[0]
    return _spell(payload + _mac(keyed, payload))


def read(purpose: str, token: str) -> bytes:
    """The payload of a token made by `sign` for the same purpose; raises BadToken for anything else."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise BadToken from None
    if _spell(raw) != token:
        raise BadToken  # one token, one spelling
    payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    hashes = _keyed(purpose, tuple(settings.POSTRIDER_SIGNING_KEYS))
    if not any(hmac.compare_digest(mac, _mac(keyed, payload)) for keyed in hashes):
        raise BadToken
    return payload


def _spell(raw: bytes) -> str:
    """Its only spelling: URL-safe base64 without padding. RFC 4648 5."""
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()


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
