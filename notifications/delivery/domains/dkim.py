"""Can receivers verify our signatures: is there a DKIM key, and is it long enough? RFC 6376, RFC 8301."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from notifications.delivery.domains.asking import Answers, Subject
from notifications.delivery.domains.findings import Finding, Record, Severity, unanswered
from notifications.delivery.domains.names import walk_up
from notifications.delivery.domains.setups import fill_in, setup_of
from notifications.delivery.domains.tags import read_tags

SHORTEST_BITS = 1024  # RFC 8301 3.2: shorter ones must not be used, and are not believed
GOOD_BITS = 2048
_RFC = "https://www.rfc-editor.org/rfc/rfc8301#section-3.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A published key. `bits` of an Ed25519 key are 0; `fault` is "" for one that verifies."""

    selector: str
    domain: str
    record: str
    bits: int = 0
    fault: str = ""

    @property
    def name(self) -> str:
        """Where it is published."""
        return f"{self.selector}._domainkey.{self.domain}"


def selectors_of(subject: Subject) -> tuple[str, ...]:
    """The selectors to look for: those that staff told us first, then those that the kinds in use always have."""
    usual = (one for account in subject.accounts for one in setup_of(account.kind).selectors)
    return tuple(dict.fromkeys((*subject.selectors, *usual)))


def signing_domains(subject: Subject) -> tuple[str, ...]:
    """The domains that may sign so that the signature aligns: the From domain, those above it, our envelopes'."""
    above = [name for name in walk_up(subject.domain) if "." in name]
    return tuple(dict.fromkeys((subject.domain, *subject.envelope_domains, *above)))


def key_names(subject: Subject) -> Iterator[tuple[str, str]]:
    """(selector, domain) of every place to look at."""
    for domain in signing_domains(subject):
        for selector in selectors_of(subject):
            yield selector, domain


def read_keys(subject: Subject, answers: Answers) -> list[Key]:
    """All keys that are published."""
    return [
        read_key(selector, domain, text)
        for selector, domain in key_names(subject)
        for text in answers.of(f"{selector}._domainkey.{domain}", "TXT").values
        if "p" in read_tags(text)
    ]


def read_key(selector: str, domain: str, record: str) -> Key:
    """One key, and what is wrong with it."""
    tags = read_tags(record)
    material = "".join(tags.get("p", "").split())
    if not material:
        return Key(selector=selector, domain=domain, record=record, fault="revoked")
    if tags.get("k", "rsa").lower() == "ed25519":
        return Key(selector=selector, domain=domain, record=record)
    bits = _rsa_bits(material)
    fault = "unreadable" if bits is None else "short" if bits < SHORTEST_BITS else ""
    return Key(selector=selector, domain=domain, record=record, bits=bits or 0, fault=fault)


def _rsa_bits(material: str) -> int | None:
    try:
        key = load_der_public_key(base64.b64decode(material, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key.key_size if isinstance(key, RSAPublicKey) else None


def judge_dkim(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """One finding for each key that staff or a kind names, and one for each account without any."""
    keys = read_keys(subject, answers)
    is_signed = any(not key.fault for key in keys)
    for key in keys:
        # A faulty key that nobody told us of, beside a good one, is what is left of an earlier one.
        yield _judge_key(key, is_needed=key.selector in subject.selectors or not is_signed)
    failed = [name for name in key_names(subject) if not answers.of("{}._domainkey.{}".format(*name), "TXT").is_known]
    good = {key.selector for key in keys if not key.fault}
    for kind in dict.fromkeys(account.kind for account in subject.accounts) or ("",):
        if not good & {*subject.selectors, *setup_of(kind).selectors}:
            yield _no_key(subject, kind, is_known=not failed)


_FAULTS = {
    "revoked": "is revoked: its p= is empty, so what it signs does not verify",
    "unreadable": "cannot be read: its p= is no public key. Copy the value again, without line breaks or quotes",
    "short": f"is too short. Receivers do not believe keys below {SHORTEST_BITS} bits",
}


def _judge_key(key: Key, *, is_needed: bool) -> Finding:
    if key.fault:
        return Finding(
            code=f"dkim_{key.fault}", severity=Severity.STOPS if is_needed else Severity.WARNS, found=key.record,
            text=f"The DKIM key {key.name} {_FAULTS[key.fault]}. Make a new key of {GOOD_BITS} bits with whoever signs"
                 " your mail, or take the selector away here if it is not used any more.",
            docs_url=_RFC,
        )  # fmt: skip
    if 0 < key.bits < GOOD_BITS:
        return Finding(
            code="dkim_weak", severity=Severity.WARNS, found=key.record, docs_url=_RFC,
            text=f"The DKIM key {key.name} has {key.bits} bits; {GOOD_BITS} is what signers should use today. Rotate to"
                 " a longer one.",
        )  # fmt: skip
    length = f"{key.bits} bits" if key.bits else "Ed25519"
    return Finding(
        code="dkim", severity=Severity.OK, found=key.record, text=f"DKIM key {key.name} is in order ({length})."
    )


def _no_key(subject: Subject, kind: str, *, is_known: bool) -> Finding:
    setup = setup_of(kind)
    who = f"for {setup.label} " if kind else ""
    if not is_known:
        return unanswered("dkim", f"the DKIM keys {who}of {subject.domain}", "DNS did not answer")
    looked = (*subject.selectors, *setup.selectors)
    tried = f"Looked for: {', '.join(looked)}." if looked else "No selector is known here."
    own = "" if setup.selectors else " The selector is yours alone: type it in here once the record is published."
    return Finding(
        code="dkim_missing", severity=Severity.STOPS, found="", docs_url=setup.docs_url,
        text=f"No DKIM key {who}was found on {subject.domain}. {tried} Without a signature large mailbox providers"
             f" refuse bulk mail.{own}",
        records=_wanted_records(subject, kind),
    )  # fmt: skip


def _wanted_records(subject: Subject, kind: str) -> tuple[Record, ...]:
    envelope = next((one.envelope_domain for one in subject.accounts if one.kind == kind), "")
    setup = setup_of(kind)
    return fill_in((*setup.dkim_records, *setup.return_path_records), domain=envelope or subject.domain)
