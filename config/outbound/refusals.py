"""Why was something not fetched?"""

from __future__ import annotations

from dataclasses import dataclass

#: Every code, and what it means where no more is known.
CODES = {
    "scheme": "Only http and https addresses are fetched.",
    "credentials": "The address holds a user name or password.",
    "malformed": "This is no address that a browser could open.",
    "odd_number": "The host is a number in an unusual spelling.",
    "port": "The port is not among those that may be used.",
    "not_public": "The host is not on the public internet.",
    "unknown_host": "The host name is not known.",
    "no_connection": "Nothing answers there.",
    "certificate": "The certificate is not valid for this host.",
    "too_slow": "It takes too long.",
    "too_large": "The answer is larger than it may be.",
    "headers_too_large": "The headers of the answer are larger than they may be.",
    "unreadable": "The answer is not HTTP.",
    "redirects": "It redirects too often.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing was fetched. `url` is the hop that was refused; `reason` is a plain sentence."""

    url: str
    code: str
    reason: str


class Refused(Exception):
    """Inside this package: carries code and reason to `fetch`."""

    def __init__(self, code: str, reason: str = "") -> None:
        self.code = code
        self.reason = reason or CODES[code]
        super().__init__(f"{code}: {self.reason}")
