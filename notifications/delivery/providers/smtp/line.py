"""How are commands and answers carried to and from an SMTP server? A kept connection, set up by the standard library.

Greeting, STARTTLS, TLS and AUTH are smtplib's. What follows is said by us: smtplib waits for each answer, and parses
each address, once a command.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
_LONGEST_ANSWER = 8192  # RFC 5321 4.5.3.1.5 asks for 512


class Reply(NamedTuple):
    """A server's answer. RFC 5321 4.2."""

    code: int
    text: str


class Line:
    """One connection, ready for MAIL. Any OSError means that it is broken."""

    def __init__(self, sock: socket.socket, file: BinaryIO, offers: Mapping[str, str]) -> None:
        self._sock = sock
        self._file = file
        self.may_pipeline = "pipelining" in offers  # RFC 2920
        self.takes_utf8 = "smtputf8" in offers  # RFC 6531
        #: Octets of the largest mail it takes (RFC 1870); 0: no limit is known.
        self.size_limit = int(offers.get("size") or 0) if (offers.get("size") or "0").isdigit() else 0
        #: Mails begun on it, in all calls.
        self.mails = 0
        self._deadline = time.monotonic() + READ_SECONDS
        self._wait = 0.0

    def expect_end_by(self, deadline: float) -> None:
        """No wait lasts beyond this time of the monotonic clock."""
        self._deadline = deadline

    def write(self, octets: bytes) -> None:
        """Send all of it."""
        if octets:
            self._limit_wait()
            self._sock.sendall(octets)

    def read(self) -> Reply:
        """The next whole answer, however many lines it has."""
        self._limit_wait()
        texts = []
        while True:
            line = self._file.readline(_LONGEST_ANSWER)
            if not line.endswith(b"\n") or not line[:3].isdigit():
                raise ConnectionError("the server hung up" if not line else "the server does not speak SMTP")
            texts.append(line[4:].strip().decode("utf-8", "replace"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), " ".join(texts))

    def quit(self) -> None:
        """Take leave without waiting for an answer."""
        try:
            self._sock.settimeout(1.0)
            self._sock.sendall(b"QUIT\r\n")
        except OSError:
            pass  # it is gone already
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._sock.close()

    def _limit_wait(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the call has taken too long")
        if (wait := min(READ_SECONDS, left)) != self._wait:  # setting it is a call of the system's
            self._sock.settimeout(wait)
            self._wait = wait


def dial(options: Mapping[str, Any]) -> Line:
    """A connection, secured and logged in as the options say: security is "starttls" (default), "tls" or "none".

    Raises KeyError for a missing option, smtplib.SMTPException and OSError.
    """
    client = _connect(options)
    try:
        if options.get("security", "starttls") == "starttls":
            client.starttls(context=ssl.create_default_context())
        client.ehlo_or_helo_if_needed()
        if options.get("username"):
            client.login(options["username"], options["password"])
        if client.sock is None or client.file is None:
            raise smtplib.SMTPServerDisconnected("the server hung up")
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        client.close()
        raise
    return Line(client.sock, client.file, client.esmtp_features)


def _connect(options: Mapping[str, Any]) -> smtplib.SMTP:
    host, name = options["host"], _own_name()
    if options.get("security") == "tls":
        port, context = int(options.get("port", 465)), ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=CONNECT_SECONDS, context=context)
    return smtplib.SMTP(host, int(options.get("port", 587)), local_hostname=name, timeout=CONNECT_SECONDS)


@lru_cache(maxsize=1)
def _own_name() -> str:
    """How we introduce ourselves; found out once, for it may take a look-up. RFC 5321 4.1.1.1."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"
