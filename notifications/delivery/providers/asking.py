"""How does an account's test ask an HTTP API, and what does it say when that goes wrong?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from notifications.delivery.failures import redact
from notifications.delivery.providers.accounts import ConnectionFault

CONNECT_SECONDS, READ_SECONDS = 5, 10
_MOST_SHOWN = 200
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})

WRONG_KEY = "The key was refused. Copy it once more from the provider; a deleted or mistyped key answers like this."


def ask(
    url: str, *, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None,
    meanings: Mapping[int, str] | None = None,
) -> Any:  # fmt: skip
    """The JSON that `url` answers. `meanings` says what a status means here. Raises ConnectionFault."""
    answer = _get(url, headers=headers, auth=auth)
    if answer.status_code != 200:
        raise _refusal(answer, {401: WRONG_KEY, 403: WRONG_KEY, **(meanings or {})})
    try:
        return answer.json()
    except ValueError:
        host = urlsplit(url).hostname
        raise ConnectionFault(f"{host} does not answer as this provider's API does.", code="200") from None


def _get(url: str, *, headers: Mapping[str, str] | None, auth: tuple[str, str] | None) -> requests.Response:
    host = urlsplit(url).hostname or url
    with requests.Session() as session:
        session.trust_env = host not in _LOCAL  # no proxy stands between us and ourselves
        try:
            return session.get(
                url, headers=dict(headers or {}), auth=auth, timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise ConnectionFault(_say(error, host), code=type(error).__name__) from None


def _say(error: requests.RequestException, host: str) -> str:
    """What to mend, for a call that got no answer."""
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS with {host} failed: its certificate is not valid for that name, or something stands in between."
    if isinstance(error, requests.ConnectTimeout):
        return f"{host} did not take the connection within {CONNECT_SECONDS} s: look at firewalls and proxies."
    if isinstance(error, requests.Timeout):
        return f"{host} did not answer within {READ_SECONDS} s. Try again; if it stays so, look at its status page."
    if "NameResolutionError" in repr(error) or "getaddrinfo" in str(error):
        return f"The name {host} was not found: check its spelling, and that this machine can look names up."
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return "The API address is not a web address."
    return f"No connection to {host}: nothing listens there, or a firewall refuses it."


def _refusal(answer: requests.Response, meanings: Mapping[int, str]) -> ConnectionFault:
    status = answer.status_code
    text = meanings.get(status)
    if text is None and status == 429:
        text = "The provider says that it is asked too often. Wait a minute and test again."
    if text is None and status >= 500:
        text = "The provider has trouble of its own. Test again later."
    text = text or f"The provider refused the question with status {status}."
    return ConnectionFault(text, code=str(status), answer=redact(answer.text[:2000])[:_MOST_SHOWN])
