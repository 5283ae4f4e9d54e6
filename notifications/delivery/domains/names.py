"""How is a domain written, what lies above it, and which name is the organisation's?

The organisational domain is found as RFC 9989 4.10 does it: a walk up the DNS tree for DMARC records. It needs no list
of public suffixes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import idna

from notifications.delivery.domains.resolver import Answer
from notifications.delivery.domains.tags import read_tags

_MOST_STEPS = 8  # RFC 9989 4.10: a longer name is cut to its last seven labels after the first question
_LONGEST = 253


class BadDomain(ValueError):
    """The text is no domain name; the message says why."""


def normalise_domain(text: str) -> str:
    """The one spelling of a domain: lower case, in punycode, without a dot at its end. Raises BadDomain."""
    domain = text.strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            raise BadDomain("this is not a valid international domain name") from None
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) > _LONGEST or not all(map(_is_label, labels)):
        raise BadDomain("write a domain such as mail.example.com, without @ and without https://")
    return domain


@lru_cache(maxsize=256)
def spelt(domain: str) -> str:
    """The one spelling of a domain; "" for what is none."""
    try:
        return normalise_domain(domain)
    except BadDomain:
        return ""


def spellings_of(domain: str) -> list[str]:
    """A normalised domain, and as people write it where that differs."""
    try:
        return list(dict.fromkeys((domain, idna.decode(domain))))
    except idna.IDNAError:
        return [domain]


def _is_label(label: str) -> bool:
    plain = label.replace("-", "").replace("_", "")
    return plain.isascii() and plain.isalnum() and len(label) <= 63 and label.strip("-") == label


def walk_up(domain: str) -> Iterator[str]:
    """The names whose DMARC record may speak for a domain, the domain itself first."""
    labels = domain.split(".")
    yield domain
    start = 1 if len(labels) <= _MOST_STEPS else len(labels) - _MOST_STEPS + 1
    for cut in range(start, len(labels)):
        yield ".".join(labels[cut:])


def organisation_of(domain: str, read_dmarc: Callable[[str], Answer]) -> str:
    """The organisational domain (RFC 9989 4.10.2); the domain itself where no DMARC record is published."""
    highest, below = domain, ""
    for name in walk_up(domain):
        record = dmarc_record(read_dmarc(name))
        psd = read_tags(record or "").get("psd", "u").lower()
        if record and psd == "n":
            return name
        if record and psd == "y" and below:
            return below
        if record:
            highest = name
        below = name
    return highest


def dmarc_records(answer: Answer) -> list[str]:
    """The DMARC records among the texts of a `_dmarc` name."""
    return [text for text in answer.values if text.split(";")[0].replace(" ", "").upper() == "V=DMARC1"]


def dmarc_record(answer: Answer) -> str | None:
    """The one DMARC record; several are as none (RFC 9989 4.7)."""
    records = dmarc_records(answer)
    return records[0] if len(records) == 1 else None
