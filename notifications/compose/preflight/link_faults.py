"""Does every link lead to a real place, safely, and say where?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from config.outbound.addresses import is_public
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.links import Link, is_at, read_links, split

#: Set aside for examples, tests and local use: RFC 2606, RFC 6761, RFC 6762.
PLACEHOLDER = re.compile(
    r"(.*\.)?(example\.(com|net|org)|example|test|invalid|localhost|local|internal)|(.*\.)?your-?(site|domain|company)\..*"
)


def check(inspection: Inspection) -> Iterator[Finding]:
    links = read_links(inspection)
    for link in links:
        yield from _check(link, inspection.facts.own_origin)
    if not any(link.is_web and not link.is_own for link in links):
        yield Finding(
            code="link_none",
            severity=Severity.INFORM,
            sentence="The mail holds no link to follow.",
            mend="Is there something that readers should do? Give them a button for it.",
        )


def _check(link: Link, own_origin: str) -> Iterator[Finding]:
    if not link.address:
        yield _finding(link, "link_empty", Severity.STOP, "leads nowhere: its address is empty",
                       "Give the address, or give the variable in it a default.")  # fmt: skip
        return
    if link.address.startswith("#"):
        yield from _check_anchor(link)
        return
    if link.is_web and link.is_known and not is_at(link.address, own_origin):
        yield from _check_web(link)
    if not link.label:
        yield _finding(link, "link_unnamed", Severity.WARN, f"to {link.address} has no words",
                       "Write what it does, or give its picture an alt text: screen readers read it out.")  # fmt: skip


def _check_anchor(link: Link) -> Iterator[Finding]:
    if link.address == "#":
        yield _finding(link, "link_placeholder", Severity.STOP, "leads to “#”, a placeholder",
                       "Write the address that it should lead to.")  # fmt: skip
    else:
        yield _finding(link, "link_inside", Severity.INFORM, f"leads to “{link.address}” inside the mail",
                       "Many mail programs ignore such links; do without them.")  # fmt: skip


def _check_web(link: Link) -> Iterator[Finding]:
    if split(link.address) is None or not link.host or re.search(r"\s", link.address):
        yield _finding(link, "link_syntax", Severity.STOP, f"has an address that is none: {link.address}",
                       "Write a full address: https://, a host, a path, without blanks.")  # fmt: skip
    elif PLACEHOLDER.fullmatch(link.host):
        yield _finding(link, "link_placeholder", Severity.STOP, f"leads to {link.host}, a placeholder",
                       "Write the address that it should lead to.")  # fmt: skip
    elif _is_private(link.host):
        yield _finding(link, "link_private", Severity.STOP, f"leads to {link.host}, which readers cannot reach",
                       "Write the public address of that page.")  # fmt: skip
    elif link.address.lower().startswith("http://"):
        yield _finding(link, "link_http", Severity.WARN, f"to {link.address} is not encrypted",
                       "Write https:// in place of http://.")  # fmt: skip


def _is_private(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return "." not in host
    return not is_public(host)


def _finding(link: Link, code: str, severity: Severity, what: str, mend: str) -> Finding:
    name = f"The link “{link.label[:60]}”" if link.label else "A link"
    return Finding(code=code, severity=severity, sentence=f"{name} {what}.", mend=mend, place=link.place)
