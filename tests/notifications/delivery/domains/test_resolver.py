"""Does the real resolver tell answers, absence and failures apart, in bounded time? A name server on this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from notifications.delivery.domains.resolver import DnsResolver, Status

RECORDS = {
    ("long.example.", "TXT"): ['"v=spf1 " "mx ~all"'],
    ("shop.example.", "MX"): ["10 Mail.Shop.example."],
    ("null.example.", "MX"): ["0 ."],
    ("shop.example.", "A"): ["192.0.2.1"],
}


@pytest.fixture
def name_server() -> Iterator[int]:
    """Answers from RECORDS; `broken.example` with SERVFAIL, `silent.example` never."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.sendto(b"", server.getsockname())
    thread.join(5)
    server.close()


def _serve(server: socket.socket) -> None:
    while True:
        wire, peer = server.recvfrom(2048)
        if not wire:
            return
        query = dns.message.from_wire(wire)
        [question] = query.question
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        if name == "silent.example.":
            continue
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if (name, kind) in RECORDS:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *RECORDS[name, kind]))
        elif name == "broken.example.":
            response.set_rcode(dns.rcode.SERVFAIL)
        elif not any(one == name for one, _ in RECORDS):
            response.set_rcode(dns.rcode.NXDOMAIN)
        server.sendto(response.to_wire(), peer)


def resolver(port: int) -> DnsResolver:
    return DnsResolver(servers=["127.0.0.1"], port=port, question_seconds=0.5, budget_seconds=1.2)


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("long.example", "TXT", ("v=spf1 mx ~all",)),
        ("shop.example", "MX", ("10 mail.shop.example",)),
        ("null.example", "MX", ("0 .",)),
        ("shop.example", "A", ("192.0.2.1",)),
    ],
)
def test_records_are_written_in_one_way(name_server: int, name: str, kind: str, values: tuple[str, ...]) -> None:
    assert resolver(name_server).look_up(name, kind).values == values


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("shop.example", "TXT", Status.ABSENT),
        ("nowhere.example", "TXT", Status.NO_NAME),
        ("broken.example", "TXT", Status.FAILED),
        ("silent.example", "TXT", Status.FAILED),
        ("a" * 64 + ".example", "TXT", Status.FAILED),
        ("a..example", "TXT", Status.FAILED),
    ],
)
def test_absence_is_told_from_failure(name_server: int, name: str, kind: str, status: Status) -> None:
    assert resolver(name_server).look_up(name, kind).status == status


def test_a_silent_server_costs_no_more_than_the_budget(name_server: int) -> None:
    began, asked = time.monotonic(), resolver(name_server)
    answers = [asked.look_up("silent.example", "TXT") for _ in range(20)]
    assert time.monotonic() - began < 3
    assert {answer.status for answer in answers} == {Status.FAILED}
    assert answers[-1].fault == "the check ran out of time"
