from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.outbound import Answer, Policy, Refusal, fetch, fetch_all, policy_from_settings
from tests.config.outbound_servers import PUBLIC, Script, Server, World, answer, certificate, say

pytestmark = pytest.mark.req("T6")

QUICK = Policy(seconds=2)
Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a server with a script; it ends with the test."""
    servers: list[Server] = []

    def start_one(script: Script, **options: Any) -> Server:
        servers.append(Server(script, **options))
        return servers[-1]

    yield start_one
    for server in servers:
        server.close()


@pytest.fixture
def private(start: Start) -> Server:
    """Something inside that nobody outside may reach."""
    return start(say(answer(body=b"secret")))


def ask(world: World, url: str = "http://shop.test/", policy: Policy = QUICK, **options: Any) -> Answer | Refusal:
    return fetch(url, policy=policy, resolver=world.resolver, dial=world.dial, **options)


def refused(found: Answer | Refusal) -> str:
    assert isinstance(found, Refusal), found
    assert found.reason.endswith((".", "…"))
    return found.code


def answered(found: Answer | Refusal) -> Answer:
    assert isinstance(found, Answer), found
    return found


def test_a_page_is_fetched_by_the_address_that_was_checked(start: Start) -> None:
    world = World(start(say(answer("200 OK", "Content-Type: text/plain"))))
    found = answered(ask(world, "http://shop.test/a?b=ü", wants_body=True))
    assert (found.status, found.body, found.headers["content-type"]) == (200, b"hello", "text/plain")
    assert world.dialled == [PUBLIC]
    [request] = world.server.requests
    assert request.startswith(b"GET /a?b=%C3%BC HTTP/1.1\r\nHost: shop.test\r\n")
    assert b"Cookie" not in request


def test_a_body_that_nobody_wants_is_not_read(start: Start) -> None:
    world = World(start(say(b"HTTP/1.1 404 Not Found\r\nContent-Length: 99999999\r\n\r\nhe")))
    found = answered(ask(world))
    assert (found.status, found.body) == (404, b"")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "[::1]", "[::]", "[fe80::1]", "[fd00::1]",
        "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[::127.0.0.1]", "[fec0::1]",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_not_connected_to(private: Server, host: str) -> None:
    world = World(private)
    policy = Policy(seconds=2, ports=frozenset((private.port,)))
    assert refused(ask(world, f"http://{host}:{private.port}/", policy)) == "not_public"
    assert (world.dialled, private.connections) == ([], 0)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "127.0.0.1.",
        "\uff11\uff12\uff17.0.0.1",
    ],
)  # fmt: skip
def test_a_number_in_another_spelling_is_not_connected_to(private: Server, host: str) -> None:
    policy = Policy(seconds=2, ports=frozenset((private.port,)))
    # With the system's own resolver and a real connection: nothing stands between but what is tested.
    assert refused(fetch(f"http://{host}:{private.port}/", policy=policy)) in {"odd_number", "not_public"}
    assert private.connections == 0


@pytest.mark.parametrize("name", ["localhost", "localhost."])
def test_a_name_that_leads_inside_is_not_connected_to(private: Server, name: str) -> None:
    policy = Policy(seconds=2, ports=frozenset((private.port,)))
    assert refused(fetch(f"http://{name}:{private.port}/", policy=policy)) in {"not_public", "unknown_host"}
    assert private.connections == 0


def test_one_private_address_among_public_ones_is_enough_to_refuse(private: Server) -> None:
    world = World(private, {"shop.test": [(PUBLIC, "127.0.0.1")]})
    assert refused(ask(world)) == "not_public"
    assert world.dialled == []


def test_a_name_that_changes_its_address_is_asked_once_a_hop(start: Start, private: Server) -> None:
    world = World(start(say(answer())), {"shop.test": [(PUBLIC,), ("127.0.0.1",)]})
    policy = Policy(seconds=2, ports=frozenset((private.port,)))
    assert answered(ask(world, f"http://shop.test:{private.port}/", policy)).status == 200
    assert world.resolved == ["shop.test"]
    assert (world.dialled, private.connections) == ([PUBLIC], 0)


def test_a_name_that_changes_its_address_between_hops_is_checked_again(start: Start, private: Server) -> None:
    again = say(answer("302 Found", f"Location: http://shop.test:{private.port}/again"))
    world = World(start(again), {"shop.test": [(PUBLIC,), ("127.0.0.1",)]})
    policy = Policy(seconds=2, ports=frozenset((80, private.port)))
    assert refused(ask(world, "http://shop.test/", policy)) == "not_public"
    assert (world.dialled, private.connections) == ([PUBLIC], 0)


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("file:///etc/passwd", "scheme"), ("gopher://127.0.0.1/", "scheme"), ("//127.0.0.1:{port}/", "not_public"),
        ("http://127.0.0.1:{port}/", "not_public"), ("http://[::ffff:127.0.0.1]:{port}/", "not_public"),
        ("http://2130706433:{port}/", "odd_number"), ("http://a:b@shop.test/", "credentials"),
        ("http://shop.test:22/", "port"), ("http://[bad", "malformed"),
    ],
)  # fmt: skip
def test_a_redirect_to_where_nothing_may_be_fetched_is_not_followed(
    start: Start, private: Server, location: str, code: str
) -> None:
    world = World(start(say(answer("302 Found", "Location: " + location.format(port=private.port)))))
    policy = Policy(seconds=2, ports=frozenset((80, private.port)))
    assert refused(ask(world, policy=policy)) == code
    assert (world.dialled, private.connections) == ([PUBLIC], 0)


def test_five_redirects_are_followed_and_a_sixth_is_not(start: Start) -> None:
    def script(connection: socket.socket, request: bytes) -> None:
        left = int(request.split(b" ")[1].removeprefix(b"/"))
        connection.sendall(answer("301 Moved", f"Location: /{left - 1}") if left else answer())

    world = World(start(script))
    assert answered(ask(world, "http://shop.test/5")).hops[-1] == "http://shop.test/0"
    assert refused(ask(world, "http://shop.test/6")) == "redirects"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("file:///etc/passwd", "scheme"), ("ftp://shop.test/", "scheme"), ("javascript:alert(1)", "scheme"),
        ("/path", "scheme"), ("http://", "malformed"), ("http://shop.test:22/", "port"),
        ("http://shop.test:99999/", "malformed"), ("http://a@shop.test/", "credentials"),
        ("http://a:b@shop.test/", "credentials"), ("http://shop.test\\@127.0.0.1/", "malformed"),
        ("http://sho p.test/", "malformed"), ("http://shop.test/\r\nX: y", "malformed"),
        ("http://-shop.test/", "malformed"), ("http://[::1", "malformed"),
        ("http://shop.test/" + "a" * 3000, "malformed"),
    ],
)  # fmt: skip
def test_an_address_that_is_not_fit_is_not_even_resolved(start: Start, url: str, code: str) -> None:
    world = World(start(say(answer())))
    assert refused(ask(world, url)) == code
    assert (world.resolved, world.dialled) == ([], [])


def test_the_own_address_is_reached_where_it_is_allowed_and_nothing_beside_it(start: Start, private: Server) -> None:
    own = start(say(answer()))
    policy = Policy(seconds=2, own_origins=frozenset((f"http://127.0.0.1:{own.port}",)))
    assert answered(fetch(f"http://127.0.0.1:{own.port}/", policy=policy)).status == 200
    assert refused(fetch(f"http://127.0.0.1:{private.port}/", policy=policy)) == "port"
    assert refused(fetch(f"https://127.0.0.1:{own.port}/", policy=policy)) == "port"
    assert private.connections == 0


def test_the_settings_say_whether_the_own_address_counts(settings: Any) -> None:
    settings.POSTRIDER_PUBLIC_URL = "http://127.0.0.1:8000"
    settings.POSTRIDER_OUTBOUND_PORTS = [443, 8443]
    settings.POSTRIDER_OUTBOUND_OWN_HOST = True
    allowed = policy_from_settings(seconds=3)
    assert (allowed.own_origins, allowed.ports, allowed.seconds) == (
        frozenset(("http://127.0.0.1:8000",)), frozenset((443, 8443)), 3,
    )  # fmt: skip
    settings.POSTRIDER_OUTBOUND_OWN_HOST = False
    assert policy_from_settings().own_origins == frozenset()


def _endless(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def _header_bomb(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Bomb: " + b"x" * 1000 + b"\r\n")


def _one_long_header(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Bomb: ")
    while True:
        connection.sendall(b"x" * 65536)


def _endless_trailers(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
    for number in range(10_000_000):
        connection.sendall(b"".join(b"X-%d-%d: x\r\n" % (number, one) for one in range(1000)))


def _drip(connection: socket.socket, request: bytes) -> None:
    for octet in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
        connection.sendall(bytes([octet]))
        time.sleep(0.05)


def _drip_body(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.05)


def _silence(connection: socket.socket, request: bytes) -> None:
    time.sleep(5)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (_endless, "too_large"), (_header_bomb, "headers_too_large"), (_one_long_header, "headers_too_large"),
        (_endless_trailers, "too_large"),
        (_drip, "too_slow"), (_drip_body, "too_slow"), (_silence, "too_slow"),
        (say(b"SSH-2.0-OpenSSH_9.6\r\n"), "unreadable"), (say(b""), "unreadable"),
        (say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhe"), "unreadable"),
        (say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "unreadable"),
    ],
)  # fmt: skip
def test_an_answer_without_bounds_ends_within_them(start: Start, script: Script, code: str) -> None:
    world = World(start(script))
    started = time.monotonic()
    assert refused(ask(world, policy=Policy(seconds=0.5), wants_body=True)) == code
    assert time.monotonic() - started < 1.5


def test_a_name_server_that_hangs_costs_no_more_than_the_time(start: Start) -> None:
    def hang(host: str, port: int) -> list[str]:
        time.sleep(2)
        return [PUBLIC]

    started = time.monotonic()
    assert refused(fetch("http://shop.test/", policy=Policy(seconds=0.2), resolver=hang)) == "too_slow"
    assert time.monotonic() - started < 1


def test_early_hints_come_before_the_answer(start: Start) -> None:
    world = World(start(say(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n", answer("204 No Content", body=b""))))
    found = answered(ask(world, wants_body=True))
    assert found.status == 204
    assert "link" not in found.headers


def test_a_trailer_decides_nothing(start: Start) -> None:
    late = b"HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nLocation: http://127.0.0.1/\r\n\r\n"
    found = answered(ask(World(start(say(late))), wants_body=True))
    assert (found.status, found.hops) == (302, ("http://shop.test/",))


def test_nothing_answers(private: Server) -> None:
    private.close()
    policy = Policy(seconds=2, own_origins=frozenset((f"http://127.0.0.1:{private.port}",)))
    assert refused(fetch(f"http://127.0.0.1:{private.port}/", policy=policy)) == "no_connection"


def test_the_certificate_is_that_of_the_name(start: Start, tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "shop.test")
    world = World(start(say(answer()), tls=server))
    assert answered(ask(world, "https://shop.test/", tls=client)).status == 200
    assert refused(ask(world, "https://other.test/", tls=client)) == "certificate"
    assert refused(ask(world, "https://shop.test/")) == "certificate"  # nobody known has signed it


def test_proxies_of_the_environment_are_not_asked(
    start: Start, private: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{private.port}")
    assert answered(ask(World(start(say(answer()))))).status == 200
    assert private.connections == 0


def test_several_are_fetched_side_by_side_each_once(start: Start) -> None:
    def slowly(connection: socket.socket, request: bytes) -> None:
        time.sleep(0.2)
        connection.sendall(answer())

    world = World(start(slowly))
    urls = [f"http://shop.test/{number % 8}" for number in range(16)]
    started = time.monotonic()
    found = fetch_all(urls, lambda url: ask(world, url))
    assert time.monotonic() - started < 1.2
    assert {answered(one).status for one in found.values()} == {200}
    assert world.server.connections == 8
