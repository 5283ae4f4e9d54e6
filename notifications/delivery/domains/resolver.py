"""Who answers questions about DNS, and what does an answer look like? A failure to ask is never taken for "missing"."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import dns.exception
import dns.resolver
from django.conf import settings

#: One question, with its repeats at other servers, may take so long; a whole check no longer than its budget.
QUESTION_SECONDS = 3.0
BUDGET_SECONDS = 12.0


class Status(StrEnum):
    """What a question led to."""

    FOUND = "found"
    ABSENT = "absent"  # the name exists, without such a record
    NO_NAME = "no_name"  # NXDOMAIN: the name does not exist
    FAILED = "failed"  # SERVFAIL, a timeout, no server: nothing is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The records found (TXT strings joined, MX as "10 host", names lower case), or why there are none."""

    status: Status
    values: tuple[str, ...] = ()
    fault: str = ""

    @property
    def is_known(self) -> bool:
        """Whether DNS answered at all."""
        return self.status != Status.FAILED


class Resolver(Protocol):
    """Whoever can look up a record."""

    def look_up(self, name: str, kind: str) -> Answer:
        """The records of `kind` ("TXT", "MX", "A", "AAAA", "CNAME") at `name`, aliases followed. Never raises."""


@dataclass(slots=True, kw_only=True)
class DnsResolver:
    """The machine's resolver, or the servers of POSTRIDER_DNS_SERVERS; made for one check, whose time is bounded."""

    servers: Sequence[str] = ()
    port: int = 53
    question_seconds: float = QUESTION_SECONDS
    budget_seconds: float = field(default_factory=lambda: BUDGET_SECONDS)
    _asked: dns.resolver.Resolver | None = field(default=None, init=False)
    _ends_at: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.budget_seconds
        try:
            self._asked = dns.resolver.Resolver(configure=not self.servers)
        except (dns.exception.DNSException, OSError):
            return  # no resolver is configured on this machine: every question fails
        if self.servers:
            self._asked.nameservers = list(self.servers)
        self._asked.port = self.port

    def look_up(self, name: str, kind: str) -> Answer:
        """See the protocol."""
        left = self._ends_at - time.monotonic()
        if self._asked is None:
            return _failed("this machine has no DNS resolver")
        if left <= 0:
            return _failed("the check ran out of time")
        try:
            found = self._asked.resolve(name, kind, lifetime=min(left, self.question_seconds), search=False)
        except dns.resolver.NXDOMAIN:
            return Answer(status=Status.NO_NAME)
        except dns.resolver.NoAnswer:
            return Answer(status=Status.ABSENT)
        except dns.resolver.LifetimeTimeout:
            return _failed("the name servers did not answer in time")
        except dns.resolver.NoNameservers:
            return _failed("the name servers answered with an error (SERVFAIL or refused)")
        except (dns.exception.DNSException, OSError, ValueError) as error:
            return _failed(f"the look-up failed ({type(error).__name__})")
        return Answer(status=Status.FOUND, values=tuple(_WRITTEN[kind](record) for record in found))


def configured_resolver() -> DnsResolver:
    """A resolver for one check, as the settings say."""
    return DnsResolver(servers=settings.POSTRIDER_DNS_SERVERS)


def _failed(fault: str) -> Answer:
    return Answer(status=Status.FAILED, fault=fault)


def _host(name: Any) -> str:
    return str(name).rstrip(".").lower() or "."


_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    # One string of up to 255 octets after the other makes the text (RFC 7208 3.3, RFC 6376 3.6.2.2).
    "TXT": lambda record: b"".join(record.strings).decode("utf-8", "replace"),
    "MX": lambda record: f"{record.preference} {_host(record.exchange)}",
    "A": lambda record: str(record.address),
    "AAAA": lambda record: str(record.address),
    "CNAME": lambda record: _host(record.target),
}
