"""Where does mail go that nobody is to read? A server that takes everything at once and keeps nothing.

    python tests/speed/sink.py smtp 2525     # a mail server with PIPELINING (RFC 2920)
    python tests/speed/sink.py http 9000     # answers any call as Mailgun does

Give it to `manage.py loadtest campaign --endpoint smtp://127.0.0.1:2525` (or http://127.0.0.1:9000) to measure the
workers alone. It runs until it is stopped, then says how much it took.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections import Counter
from typing import cast

_GREETING = b"220 sink ESMTP\r\n"
_OFFERS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_BUFFER = 256 * 1024
#: A content is followed by no more than the next envelope (RFC 2920 3.1) with its short lines (RFC 5321 4.5.3.1.4).
_TAIL = 4096
_ACCEPTED = b'{"id": "<sink@localhost>", "message": "Queued. Thank you."}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(_ACCEPTED),
    _ACCEPTED,
)

taken: Counter[str] = Counter()


class Taker(asyncio.BufferedProtocol):
    """One connection. What is not understood yet waits in `rest`, what is to be answered in `answers`.

    What comes in is read into one lasting buffer: a new one each time costs more than all that is done with it.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.buffer = bytearray(_BUFFER)
        self.rest = b""
        self.answers: list[bytes] = []

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.rest += memoryview(self.buffer)[:nbytes]
        while self.take_one():
            pass
        if self.answers:
            self.transport.write(b"".join(self.answers))
            self.answers.clear()

    def take_one(self) -> bool:
        """Take one thing off `rest`; False when it is not all there."""
        raise NotImplementedError


class Smtp(Taker):
    """Lines are answered, contents are searched for their end, from behind, and forgotten."""

    is_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(_GREETING)

    def take_one(self) -> bool:
        return self._take_content() if self.is_content else self._take_line()

    def _take_content(self) -> bool:
        end = self.rest.rfind(b"\r\n.\r\n", -_TAIL)
        if end < 0:
            self.rest = self.rest[-4:]  # the end may be cut in two
            return False
        self.rest, self.is_content = self.rest[end + 5 :], False
        taken["mails"] += 1
        self.answers.append(b"250 2.0.0 taken\r\n")
        return True

    def _take_line(self) -> bool:
        line, end, rest = self.rest.partition(b"\r\n")
        if not end:
            return False
        verb = line[:4].upper()
        self.is_content = verb == b"DATA"
        self.rest = end + rest if self.is_content else rest  # an empty content ends right there
        if verb == b"QUIT":
            self.transport.close()
            return False
        self.answers.append(
            _OFFERS if verb == b"EHLO" else b"354 go on\r\n" if self.is_content else b"250 2.0.0 fine\r\n"
        )
        return True


class Http(Taker):
    """Calls are counted by their length and forgotten."""

    def take_one(self) -> bool:
        end = self.rest.find(b"\r\n\r\n")
        if end < 0:
            return False
        lines = [line.partition(b":") for line in self.rest[:end].lower().split(b"\r\n")]
        whole = end + 4 + next((int(value) for name, _, value in lines if name == b"content-length"), 0)
        if len(self.rest) < whole:
            return False
        self.rest = self.rest[whole:]
        taken["calls"] += 1
        self.answers.append(_ANSWER)
        return True


async def run(kind: type[Taker], port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or Ctrl-C."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(kind, "127.0.0.1", port)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["smtp", "http"])
    parser.add_argument("port", type=int)
    asked = parser.parse_args()
    asyncio.run(run({"smtp": Smtp, "http": Http}[asked.kind], asked.port))
    sys.stdout.write(f"{dict(taken)}\n")
