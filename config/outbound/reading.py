"""What does an HTTP answer say, read within bounds of size and time?"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import httptools

from config.outbound.policy import Policy
from config.outbound.refusals import Refused
from config.outbound.targets import Target

_CHUNK = 16 * 1024


@dataclass(slots=True)
class Reply:
    """One answer, as httptools calls back while it is fed."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case; the first of a name counts
    body: bytearray = field(default_factory=bytearray)
    has_headers: bool = False
    is_complete: bool = False
    parser: httptools.HttpResponseParser | None = None

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.has_headers:
            return  # a trailer, behind the body: nothing here is decided by it
        self.headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        assert self.parser is not None
        self.status = self.parser.get_status_code()
        if self.status < 200:  # 100 Continue, 103 Early Hints: the answer follows
            self.headers.clear()
        else:
            self.has_headers = True

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_complete = self.has_headers


def write_request(target: Target, policy: Policy) -> bytes:
    """A GET without cookies, compression or anything of ours but a name."""
    lines = (
        f"GET {target.path} HTTP/1.1", f"Host: {target.authority}", f"User-Agent: {policy.agent}", "Accept: */*",
        "Accept-Encoding: identity", "Connection: close", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode("ascii")


def read_reply(connection: socket.socket, policy: Policy, *, remaining: Callable[[], float], wants_body: bool) -> Reply:
    """The answer, at least its headers; all of its body where it is wanted. Raises Refused and OSError."""
    reply = Reply()
    reply.parser = httptools.HttpResponseParser(reply)
    received = 0
    while not reply.is_complete and (wants_body or not reply.has_headers):
        connection.settimeout(remaining())
        octets = connection.recv(_CHUNK)
        if not octets:
            return _ended(reply)
        received += len(octets)
        _feed(reply, octets)
        _check_size(reply, received, policy)
    return reply


def _check_size(reply: Reply, received: int, policy: Policy) -> None:
    """Bounds what is kept, and what is received beside it: the marks of chunks, and trailers."""
    if not reply.has_headers and received > policy.most_header_bytes:
        raise Refused("headers_too_large")
    most_received = policy.most_header_bytes + 2 * policy.most_bytes + _CHUNK
    if len(reply.body) > policy.most_bytes or received > most_received:
        raise Refused("too_large", f"The answer is larger than {policy.most_bytes // 1024} KB.")


def _feed(reply: Reply, octets: bytes) -> None:
    assert reply.parser is not None
    try:
        reply.parser.feed_data(octets)
    except httptools.HttpParserError:
        if not reply.is_complete:  # what follows a complete answer is not ours to read
            raise Refused("unreadable") from None


def _ended(reply: Reply) -> Reply:
    """The other side has closed: complete where the body's length was left to that."""
    if not reply.has_headers:
        raise Refused("unreadable", "The host closed the connection without an answer.")
    is_cut = "content-length" in reply.headers or "chunked" in reply.headers.get("transfer-encoding", "")
    if is_cut and not reply.is_complete:
        raise Refused("unreadable", "The host closed the connection in the middle of its answer.")
    return reply
