"""Is an address as somebody wrote it fit to be fetched, and what does it name?

Nothing is looked up here. Hosts are brought into the one spelling that is resolved and checked, so that no other
reading of the same text (full-width digits, octal numbers, a user name that looks like a host) is possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

import idna

from config.outbound.policy import Policy
from config.outbound.refusals import Refused

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST = 2048

_SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: What inet_aton takes for a number: decimal, octal, hexadecimal.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_SAFE = "!$&'()*+,;=:@/?%~-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where one hop leads. `host` is ASCII, without brackets; `path` is ready for the request line."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    is_own: bool

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str, policy: Policy) -> Target:
    """The target of an address. Raises Refused."""
    parts = _split(url)
    scheme = parts.scheme.lower()
    host = read_host(parts.hostname or "")
    port = _port(parts) or DEFAULT_PORTS[scheme]
    path = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    is_own = (scheme, host, port) in {_origin(one) for one in policy.own_origins}
    if not is_own and port not in policy.ports:
        raise Refused("port", f"Port {port} is not among those that may be used.")
    return Target(url=url, scheme=scheme, host=host, port=port, path=path, is_own=is_own)


def read_host(host: str) -> str:
    """A host name in its one spelling, or an IP address. Raises Refused."""
    if ":" in host:
        return _read_ipv6(host)
    name = _ascii(host.removesuffix("."))
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _read_ipv4(name)
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("malformed", f"“{host[:80]}” is no host name.")
    return name


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST or _SPACE_OR_CONTROL.search(url):
        raise Refused("malformed", "The address holds a blank, a backslash or a control character, or is too long.")
    try:
        parts = urlsplit(url)
        _ = parts.hostname
    except ValueError:
        raise Refused("malformed") from None
    if parts.scheme.lower() not in DEFAULT_PORTS:
        raise Refused("scheme", f"“{parts.scheme[:20]}:” is not fetched: only http and https are.")
    if "@" in parts.netloc:
        raise Refused("credentials")
    if not parts.hostname:
        raise Refused("malformed", "The address names no host.")
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise Refused("malformed", "The port is no number from 1 to 65535.") from None


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Refused("malformed", f"“{host[:80]}” is no host name.") from None


def _read_ipv4(name: str) -> str:
    """Four decimal numbers without leading zeros; any other number reaches another host than it seems to."""
    try:
        return str(IPv4Address(name))
    except ValueError:
        raise Refused("odd_number") from None


def _read_ipv6(host: str) -> str:
    try:
        return str(IPv6Address(host))
    except ValueError:
        raise Refused("malformed", "The IPv6 address is not valid.") from None


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
