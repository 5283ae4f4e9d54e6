"""Is the domain, or an address that sends for it, on a blocklist? RFC 5782; the codes are those of Spamhaus."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from notifications.delivery.domains.asking import Answers, Subject
from notifications.delivery.domains.findings import Finding, Severity
from notifications.delivery.domains.resolver import Answer
from notifications.delivery.domains.spf_terms import single_addresses, spf_records

_DOCS = "https://docs.spamhaus.com/datasets/docs/source/10-data-type-documentation/datasets/040-zones.html"
#: "You may not ask": a public resolver, too many questions, a misspelt zone. Never a listing.
_REFUSALS = ipaddress.ip_network("127.255.255.0/24")
_LISTINGS = ipaddress.ip_network("127.0.0.0/8")
#: Listed for what the address is, not for what was sent: no reason to hold mail back.
_MILD = frozenset({"127.0.0.10", "127.0.0.11", *(f"127.0.1.{number}" for number in range(102, 107))})
_ERRORS = frozenset({"127.0.1.255"})  # the list of domains was asked about an address
_LOOK_UP = {"spamhaus.org": "https://check.spamhaus.org/", "spamcop.net": "https://www.spamcop.net/bl.shtml"}


def sending_ips(subject: Subject, answers: Answers) -> list[str]:
    """Addresses that send for the domain: those of the accounts, and those that SPF names one by one."""
    named = (
        one for domain in (subject.domain, *subject.envelope_domains)
        for record in spf_records(answers.of(domain, "TXT")) for one in single_addresses(record)
    )  # fmt: skip
    return list(dict.fromkeys((*subject.sending_ips, *named)))


def questions(subject: Subject, answers: Answers) -> Iterator[tuple[str, str, str]]:
    """(what is asked about, the list, the name to look up)."""
    for zone in subject.blocklists.domains:
        yield subject.domain, zone, f"{subject.domain}.{zone}"
    for address in sending_ips(subject, answers):
        for zone in subject.blocklists.addresses:
            yield address, zone, f"{_reversed(address)}.{zone}"


def _reversed(address: str) -> str:
    """192.0.2.1 as 1.2.0.192, an IPv6 address nibble by nibble (RFC 5782 2.1, 2.4)."""
    pointer = ipaddress.ip_address(address).reverse_pointer
    return pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


def judge_blocklists(subject: Subject, answers: Answers) -> Iterator[Finding]:
    """One finding for each listing, one for lists that would not answer, else that nothing is listed."""
    asked = list(questions(subject, answers))
    listed = [found for what, zone, name in asked for found in _judge(what, zone, answers.of(name, "A"))]
    silent = sorted({zone for _, zone, name in asked if _is_silent(answers.of(name, "A"))})
    yield from listed
    if silent:
        yield Finding(
            code="blocklist_unanswered", severity=Severity.WARNS, found="",
            docs_url="https://www.spamhaus.org/news/article/788/",
            text=f"{', '.join(silent)} did not say whether anything is listed. Lists do not answer public resolvers"
                 " such as 8.8.8.8 or 1.1.1.1; name a resolver of your own in POSTRIDER_DNS_SERVERS. This does not"
                 " mean that something is listed.",
        )  # fmt: skip
    elif asked and not listed:
        about = ", ".join(dict.fromkeys(what for what, _, _ in asked))
        yield Finding(code="blocklists", severity=Severity.OK, found=about, text="Listed nowhere that was asked.")


def _judge(what: str, zone: str, answer: Answer) -> Iterator[Finding]:
    codes = [code for code in answer.values if _is_listing(code)]
    if codes:
        is_mild = set(codes) <= _MILD
        kind = "address" if what[0].isdigit() or ":" in what else "domain"
        page = next((url for owner, url in _LOOK_UP.items() if zone.endswith(owner)), "")
        yield Finding(
            code=f"{kind}_listed", severity=Severity.WARNS if is_mild else Severity.STOPS,
            found=", ".join(codes), docs_url=page or _DOCS,
            text=f"{what} is listed by {zone} ({', '.join(codes)})."
                 + (" It is not listed for spam, but for what it is; ask its owner." if is_mild else
                    " Many receivers refuse its mail. Find the cause, stop it, then ask the list to remove it."),
        )  # fmt: skip


def _is_listing(code: str) -> bool:
    address = ipaddress.ip_address(code)
    return address in _LISTINGS and address not in _REFUSALS and code not in _ERRORS


def _is_silent(answer: Answer) -> bool:
    """No answer, or one that says that we may not ask."""
    return not answer.is_known or (bool(answer.values) and not any(map(_is_listing, answer.values)))
