"""A mail server that does as a test says: it refuses, hangs up, or answers what no sound server would."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the server just heard: a verb and its rest ("." and the content for a mail), and when."""

    verb: str
    rest: str
    connection: int  # from 1
    mails: int  # MAIL commands on this connection so far


#: The answer to what was said; "" for the usual one, None to hang up.
Act = Callable[[Said], str | None]

_USUAL = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", "RSET": "250 ok", "QUIT": "221 bye"}
_INSIDE = frozenset({"RCPT", "DATA"})


@dataclass(slots=True)
class MailServer:
    """Give `act` to change answers, `offers` to change what EHLO lists."""

    act: Act = lambda said: ""
    offers: list[str] = field(default_factory=lambda: ["PIPELINING", "SIZE 100000"])
    heard: list[Said] = field(default_factory=list)
    #: With a context it takes TLS, from the start or by STARTTLS.
    tls: ssl.SSLContext | None = None
    is_tls_from_start: bool = False
    #: After the content of the mail with this number it answers only when more is sent.
    hears_on_after: int = 0
    #: Recipients of the mails that were answered with 250.
    accepted: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def verbs(self) -> list[str]:
        return [said.verb for said in self.heard]

    def hears(self, verb: str, *, seconds: float = 5) -> bool:
        """Whether it is said by then: a client that hangs up does not wait until the server has read its QUIT."""
        until = time.monotonic() + seconds
        while verb not in self.verbs() and time.monotonic() < until:
            time.sleep(0.005)
        return verb in self.verbs()

    def serve(self, line: socket.socket, number: int) -> None:
        with suppress(OSError), line:  # the client may hang up
            if self.is_tls_from_start:
                self._talk_secured(line, number, greeting=b"220 test\r\n")
            else:
                line.sendall(b"220 test\r\n")
                with line.makefile("rb") as file:
                    self._talk(line, file, number)

    def _talk_secured(self, line: socket.socket, number: int, *, greeting: bytes) -> None:
        assert self.tls is not None
        with self.tls.wrap_socket(line, server_side=True) as secured, secured.makefile("rb") as file:
            secured.sendall(greeting)
            self._talk(secured, file, number)

    def _talk(self, line: socket.socket, file: BinaryIO, number: int) -> None:
        mails, recipient, is_open = 0, "", False
        while words := file.readline().decode():
            verb, _, rest = words.strip().partition(" ")
            if verb.upper() == "EHLO":
                line.sendall("".join(f"250-{one}\r\n" for one in ["test", *self.offers]).encode() + b"250 HELP\r\n")
                continue
            if verb.upper() == "STARTTLS":
                line.sendall(b"220 go\r\n")
                self._talk_secured(line, number, greeting=b"")
                return
            mails += verb == "MAIL"
            usual = _USUAL.get(verb, "500 what?") if is_open or verb not in _INSIDE else "503 5.5.1 not now"
            answer = self._answer(Said(verb=verb, rest=rest, connection=number, mails=mails), usual)
            is_open = (verb == "MAIL" or is_open) and answer[:3] in {"250", "354"} and verb != "RSET"
            recipient = rest[4:-1] if verb == "RCPT" and is_open else "" if verb == "MAIL" else recipient
            line.sendall(answer.encode() + b"\r\n")
            if answer.startswith("354"):
                said = Said(verb=".", rest=_content(file), connection=number, mails=mails)
                answer, is_open = self._answer(said, "250 queued"), False
                if mails == self.hears_on_after:
                    file.peek(1)  # type: ignore[attr-defined] # of a buffered reader
                self.accepted += [recipient] if recipient and answer.startswith("250") else []
                line.sendall(answer.encode() + b"\r\n")
            if answer.startswith(("421", "221")):
                return

    def _answer(self, said: Said, usual: str) -> str:
        self.heard.append(said)
        answer = self.act(said)
        if answer is None:
            raise ConnectionAbortedError
        return answer or usual


def _content(file: BinaryIO) -> str:
    """What comes up to the lone dot. Without it there is no mail, however much of one came (RFC 5321 4.1.1.4)."""
    lines = []
    while (line := file.readline()) != b".\r\n":
        if not line:
            raise ConnectionAbortedError
        lines.append(line.decode())
    return "".join(lines)


@contextmanager
def running(server: MailServer) -> Iterator[MailServer]:
    """The server on a free port, each connection in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=server.serve, args=(line, server.connections), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
