"""What is a check about, and what did DNS answer to its questions?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from notifications.delivery.domains.names import organisation_of
from notifications.delivery.domains.resolver import Answer, Status

_NOT_ASKED = Answer(status=Status.FAILED, fault="it was not asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A provider account that sends from the domain: its kind, and the domain of its envelopes where we know it."""

    kind: str
    envelope_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocklists:
    """The zones to ask: those that list addresses, and those that list domains."""

    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked: a From domain, the selectors that staff knows, the accounts and addresses that send for it."""

    domain: str
    selectors: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    sending_ips: tuple[str, ...] = ()
    blocklists: Blocklists = field(default_factory=Blocklists)

    @property
    def envelope_domains(self) -> tuple[str, ...]:
        """Domains of ours in envelopes beside the From domain."""
        known = (account.envelope_domain for account in self.accounts)
        return tuple(dict.fromkeys(one for one in known if one and one != self.domain))


@dataclass(frozen=True, slots=True)
class Answers:
    """What was looked up: (name, kind of record) -> answer."""

    known: Mapping[tuple[str, str], Answer]

    def of(self, name: str, kind: str) -> Answer:
        """The answer to one question; one that was not asked is as one that failed."""
        return self.known.get((name, kind), _NOT_ASKED)

    def dmarc_of(self, name: str) -> Answer:
        """The texts at a domain's `_dmarc` name."""
        return self.of(f"_dmarc.{name}", "TXT")

    def organisation_of(self, domain: str) -> str:
        """The organisational domain."""
        return organisation_of(domain, self.dmarc_of)
