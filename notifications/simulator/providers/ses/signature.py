"""Did the holder of this secret key sign the call? AWS Signature Version 4.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import NamedTuple
from urllib.parse import quote

from notifications.simulator.shapes import Request

_ALGORITHM = "AWS4-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} Credential=(?P<key>[^/,\s]+)/(?P<scope>\d{{8}}/[^/,\s]+/ses/aws4_request),\s*"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})\Z"
)


class Signed(NamedTuple):
    key: str  # the access key id
    scope: str  # date/region/service/aws4_request
    headers: list[str]
    signature: str


def read_signed(request: Request) -> Signed | None:
    """What the Authorization header says, None when there is no such header or it is malformed."""
    found = _AUTHORIZATION.match(request.headers.get("authorization", ""))
    if found is None:
        return None
    return Signed(found["key"], found["scope"], found["headers"].split(";"), found["signature"])


def is_genuine(request: Request, path: str, secret: str) -> bool:
    """Whether the call was signed with that secret; `path` is the whole path that the caller asked for."""
    signed = read_signed(request)
    if signed is None or "host" not in signed.headers:
        return False
    text = "\n".join([_ALGORITHM, request.headers.get("x-amz-date", ""), signed.scope, _digest(request, path, signed)])
    wanted = hmac.new(_signing_key(secret, signed.scope), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, signed.signature)


def _digest(request: Request, path: str, signed: Signed) -> str:
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in signed.headers]
    payload = hashlib.sha256(request.body).hexdigest()
    canonical = [request.method, quote(path, safe="/-_.~"), "", *headers, "", ";".join(signed.headers), payload]
    return hashlib.sha256("\n".join(canonical).encode()).hexdigest()


def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
