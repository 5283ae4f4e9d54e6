"""How is JSON read from and written to a wire that strangers use?"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from .shapes import Headers, Reply, Request

JSON_TYPE = ("content-type", "application/json")


def json_reply(status: int, content: Any, headers: Headers = ()) -> Reply:
    return Reply(status=status, body=json.dumps(content).encode(), headers=(JSON_TYPE, *headers))


def read_json(body: bytes) -> Any:
    """The parsed body; ValueError when it is no JSON."""
    try:
        return json.loads(body)
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not JSON") from error


def clean(text: object) -> str:
    """Any value as text that can be stored and shown: lone surrogates become `?`."""
    return str(text).encode("utf-8", "replace").decode()


def basic_login(request: Request) -> tuple[str, str]:
    """User and password of basic authentication, empty when there is none."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(coded).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def bearer_key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def basic_header(login: str) -> Headers:
    """The header for `user:password`, none for an empty login."""
    if not login:
        return ()
    return (("authorization", "Basic " + base64.b64encode(login.encode()).decode()),)


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): clean(value) for key, value in values.items()}
