"""What does an SPF record say, how many look-ups does it cost, and how is it mended? RFC 7208, no DNS here."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from notifications.delivery.domains.asking import Answers
from notifications.delivery.domains.resolver import Answer

MOST_LOOKUPS = 10  # RFC 7208 4.6.4
_QUERYING = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
_TERM = re.compile(r"(?P<sign>[+?~-]?)(?P<name>[a-z0-9][a-z0-9._-]*)(?P<mark>[:=/]?)(?P<value>\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One word of a record: `~all`, `include:mailgun.org`, `redirect=example.com`."""

    text: str
    sign: str
    name: str
    mark: str
    value: str

    @property
    def is_known(self) -> bool:
        """Whether RFC 7208 defines it; an unknown modifier (`x=y`) is ignored, an unknown mechanism is an error."""
        return self.mark == "=" or self.name in _MECHANISMS

    @property
    def target(self) -> str:
        """The domain that an include or redirect leads to; "" for others and for names made of macros."""
        follows = self.name in {"include", "redirect"} and "%" not in self.value
        return self.value.rstrip(".").lower() if follows else ""


def spf_records(answer: Answer) -> list[str]:
    """The SPF records among a name's texts."""
    return [text for text in answer.values if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def read_terms(record: str) -> list[Term]:
    """The words of a record behind its version."""
    return [_read_term(word) for word in record.split()[1:]]


def _read_term(word: str) -> Term:
    found = _TERM.fullmatch(word)
    if found is None:
        return Term(text=word, sign="", name=word, mark="", value="")
    return Term(
        text=word, sign=found["sign"] or "+", name=found["name"].lower(), mark=found["mark"], value=found["value"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The look-ups of a record with everything it includes; what in there is broken; what DNS did not answer."""

    lookups: int
    broken: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


def count_cost(domain: str, answers: Answers) -> Cost:
    """Walk a record and its includes as a receiver does."""
    broken: list[str] = []
    unanswered: list[str] = []
    lookups = sum(_costs(domain, answers, path=(), broken=broken, unanswered=unanswered))
    return Cost(lookups=lookups, broken=tuple(broken), unanswered=tuple(unanswered))


def _costs(
    domain: str, answers: Answers, *, path: tuple[str, ...], broken: list[str], unanswered: list[str]
) -> Iterator[int]:
    answer = answers.of(domain, "TXT")
    terms = _only_terms(answer) if domain not in path and len(path) <= MOST_LOOKUPS else None
    if not answer.is_known:
        unanswered.append(domain)
    elif terms is None:
        broken.append(domain)
    else:
        for term in terms:
            yield int(term.name in _QUERYING)
            if term.target:
                yield from _costs(term.target, answers, path=(*path, domain), broken=broken, unanswered=unanswered)


def _only_terms(answer: Answer) -> list[Term] | None:
    """The words of the one valid record at a name; None where there is no such record."""
    records = spf_records(answer)
    terms = read_terms(records[0]) if len(records) == 1 else []
    return terms if len(records) == 1 and all(term.is_known for term in terms) else None


def targets_of(answer: Answer) -> list[str]:
    """Where the record at a name leads on to."""
    records = spf_records(answer)
    return [term.target for term in read_terms(records[0]) if term.target] if len(records) == 1 else []


def includes(domain: str, wanted: str, answers: Answers) -> bool:
    """Whether a domain's record includes `wanted`, itself or by way of others."""
    return wanted in _reached(domain, answers, seen=set())


def _reached(domain: str, answers: Answers, *, seen: set[str]) -> set[str]:
    if domain not in seen:
        seen.add(domain)
        for target in targets_of(answers.of(domain, "TXT")):
            _reached(target, answers, seen=seen)
    return seen


def ending_of(record: str) -> str:
    """How a record ends: "-all", "~all", "?all", "+all", "redirect", or "" for none of them."""
    for term in read_terms(record):
        if term.name == "all" and term.mark == "":
            return f"{term.sign}all"
    return "redirect" if any(term.name == "redirect" for term in read_terms(record)) else ""


def single_addresses(record: str) -> list[str]:
    """The hosts that a record allows one by one: the sending addresses that a domain names as its own."""
    found = []
    for term in read_terms(record):
        if term.name in {"ip4", "ip6"} and term.sign == "+":
            try:
                network = ipaddress.ip_network(term.value, strict=False)
            except ValueError:
                continue
            if network.num_addresses == 1:
                found.append(str(network.network_address))
    return found


def mend(records: list[str], *, including: Iterable[str] = ()) -> str:
    """One record that says what all of `records` say, includes what is `including`, and ends in ~all or -all."""
    terms = [term for record in records for term in read_terms(record)]
    kept = [term.text for term in terms if term.name != "all" and term.is_known]
    kept += [f"include:{one}" for one in including]
    endings = [ending_of(record) for record in records]
    words = ["v=spf1", *dict.fromkeys(kept)]
    if "redirect" not in endings or len(records) > 1:
        words = [word for word in words if not word.lower().startswith("redirect=")]
        words.append("-all" if "-all" in endings else "~all")
    return " ".join(words)
