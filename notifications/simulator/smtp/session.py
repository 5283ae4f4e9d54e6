"""What is said in one SMTP connection?

RFC 5321 with PIPELINING (2920), 8BITMIME (6152), SMTPUTF8 (6531), SIZE (1870) and
AUTH PLAIN and LOGIN (4954). Written for speed: a load test's messages all pass here,
and taking one in costs little more than its commit to the journal.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from typing import cast

from notifications.simulator.accounts import Account
from notifications.simulator.addresses import is_address
from notifications.simulator.faults import FaultKind, Rule

from .desk import Desk, Letter
from .speech import REFUSALS, decode, unstuff

LARGEST = 30 * 1024 * 1024
LONGEST_LINE = 4096
MOST_RECIPIENTS = 1000

_PATH = re.compile(rb"(?:FROM|TO):\s*<([^<>]*)>(?:\s+(.*))?\Z", re.IGNORECASE | re.DOTALL)
_END = b"\r\n.\r\n"


class Session(asyncio.Protocol):
    """One connection. While `_is_busy`, what has come in waits for the answer before it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._buffer = bytearray()
        self._is_busy = False
        self._is_in_content = False
        self._searched = 0
        self._account: Account | None = None
        self._asking: Callable[[bytes], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._forget_letter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._desk.sessions.add(self)
        self._say(f"220 {self._desk.name} ESMTP provider simulator")

    def connection_lost(self, exc: Exception | None) -> None:
        self._desk.sessions.discard(self)
        if self._task is not None and not self._is_committing:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > 2 * LARGEST:
            self._transport.abort()
            return
        self._go_on()

    def _go_on(self) -> None:
        while not self._is_busy and not self._transport.is_closing():
            took = self._take_content() if self._is_in_content else self._take_line()
            if not took:
                return

    def _say(self, line: str) -> None:
        self._transport.write(line.encode() + b"\r\n")

    def leave(self, line: str = "") -> None:
        if line:
            self._say(line)
        self._transport.close()

    def _forget_letter(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._is_committing = False

    # -- commands

    def _take_line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LONGEST_LINE:
                self.leave("500 5.5.2 Line too long")
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        if self._asking is not None:
            asking, self._asking = self._asking, None
            asking(line)
        else:
            word, _, rest = line.partition(b" ")
            _COMMANDS.get(word.upper(), Session._on_unknown)(self, rest.strip())
        return True

    def _on_unknown(self, rest: bytes) -> None:
        self._say("500 5.5.2 Command not recognised")

    def _on_helo(self, rest: bytes) -> None:
        self._forget_letter()
        self._say(f"250 {self._desk.name}")

    def _on_ehlo(self, rest: bytes) -> None:
        self._forget_letter()
        offered = ["PIPELINING", "8BITMIME", "SMTPUTF8", f"SIZE {LARGEST}", "ENHANCEDSTATUSCODES"]
        if self._desk.has_logins:
            offered.append("AUTH PLAIN LOGIN")
        self._transport.write(
            "".join(f"250-{line}\r\n" for line in [self._desk.name, *offered]).encode() + b"250 HELP\r\n"
        )

    def _on_mail(self, rest: bytes) -> None:
        found = _PATH.match(rest)
        if self._desk.needs_login and self._account is None:
            self._say("530 5.7.0 Authentication required")
        elif found is None:
            self._say("501 5.5.4 Syntax: MAIL FROM:<address>")
        elif found[1] and not is_address(found[1].decode("utf-8", "replace")):
            self._say("553 5.1.7 The sender's address is not valid")
        elif (size := re.search(rb"SIZE=(\d+)", found[2] or b"", re.IGNORECASE)) and int(size[1]) > LARGEST:
            self._say("552 5.3.4 Message too large")
        else:
            self._forget_letter()
            self._sender = found[1].decode("utf-8", "replace")
            self._say("250 2.1.0 OK")

    def _on_rcpt(self, rest: bytes) -> None:
        found = _PATH.match(rest)
        if self._sender is None:
            self._say("503 5.5.1 MAIL first")
        elif found is None:
            self._say("501 5.5.4 Syntax: RCPT TO:<address>")
        elif not is_address(address := found[1].decode("utf-8", "replace")):
            self._say("553 5.1.3 The recipient's address is not valid")
        elif len(self._recipients) >= MOST_RECIPIENTS:
            self._say("452 4.5.3 Too many recipients")
        else:
            self._take_recipient(address)

    def _take_recipient(self, address: str) -> None:
        fault = self._desk.draw_for_recipient(address)
        if fault is None:
            self._recipients.append(address)
            self._say("250 2.1.5 OK")
            return
        status = 550 if fault.kind is FaultKind.PARTIAL_REFUSAL else fault.status
        self._say(REFUSALS.get(status, f"{status} Refused"))
        if status == 421:
            self.leave()

    def _on_data(self, rest: bytes) -> None:
        if not self._recipients:
            self._say("503 5.5.1 RCPT first")
            return
        self._is_in_content = True
        self._searched = 0
        self._say("354 End with <CR><LF>.<CR><LF>")

    def _on_rset(self, rest: bytes) -> None:
        self._forget_letter()
        self._say("250 2.0.0 OK")

    def _on_noop(self, rest: bytes) -> None:
        self._say("250 2.0.0 OK")

    def _on_vrfy(self, rest: bytes) -> None:
        self._say("252 2.5.2 Send some mail, I'll try my best")

    def _on_quit(self, rest: bytes) -> None:
        self.leave("221 2.0.0 Bye")

    # -- logging in

    def _on_auth(self, rest: bytes) -> None:
        kind, _, first = rest.partition(b" ")
        if kind.upper() == b"PLAIN":
            self._ask("334 ", self._log_in_plain) if not first else self._log_in_plain(first)
        elif kind.upper() == b"LOGIN":
            self._ask("334 VXNlcm5hbWU6", self._take_user)
        else:
            self._say("504 5.5.4 That mechanism is not offered")

    def _ask(self, line: str, then: Callable[[bytes], None]) -> None:
        self._asking = then
        self._say(line)

    def _log_in_plain(self, coded: bytes) -> None:
        parts = decode(coded).split("\0")
        self._log_in(*parts[1:]) if len(parts) == 3 else self._say("501 5.5.2 Cannot decode")

    def _take_user(self, coded: bytes) -> None:
        user = decode(coded)
        self._ask("334 UGFzc3dvcmQ6", lambda word: self._log_in(user, decode(word)))

    def _log_in(self, user: str, password: str) -> None:
        account = self._desk.find_account(user, password)
        if account is None:
            self._say("535 5.7.8 Authentication credentials invalid")
        else:
            self._account = account
            self._say("235 2.7.0 Authentication successful")

    # -- the message itself

    def _take_content(self) -> bool:
        buffer = self._buffer
        if buffer.startswith(b".\r\n"):
            end, skip = 0, 3
        else:
            # An end that was cut in two begins at most four bytes before what is new.
            end = buffer.find(_END, max(0, self._searched - 4))
            skip = len(_END)
        if end < 0:
            self._searched = len(buffer)
            return False
        content = bytes(buffer[:end])
        del buffer[: end + skip]
        self._is_in_content = False
        self._is_busy = True
        self._task = asyncio.get_running_loop().create_task(self._finish(content))
        return True

    async def _finish(self, content: bytes) -> None:
        letter = Letter(
            recipients=tuple(self._recipients),
            content=unstuff(content),
            identity=secrets.token_hex(8),
        )
        self._forget_letter()
        try:
            await self._answer(letter)
        except Exception as error:  # noqa: BLE001 - no room on the disk, for instance
            self._say(f"451 4.3.0 {type(error).__name__}")
        self._is_busy = False
        self._go_on()

    async def _answer(self, letter: Letter) -> None:
        fault = self._desk.draw_for_content(letter)
        if fault is not None and await self._suffer_before(fault):
            return
        if len(letter.content) > LARGEST:
            self._say("552 5.3.4 Message too large")
            return
        self._is_committing = True
        await self._desk.take(letter, self._account)
        if fault is not None and fault.kind is FaultKind.HANG_AFTER_ACCEPT:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind in _SILENT_AFTER:
            self._transport.abort()
            return
        self._say(f"250 2.0.0 OK: queued as {letter.identity}")

    async def _suffer_before(self, fault: Rule) -> bool:
        """True when the message is not to be taken."""
        if fault.kind is FaultKind.LATENCY:
            await asyncio.sleep(fault.seconds)
        elif fault.kind is FaultKind.HANG:
            await asyncio.sleep(fault.seconds)
            self._transport.abort()
            return True
        elif fault.kind is FaultKind.RESET_BEFORE_ACCEPT:
            self._transport.abort()
            return True
        elif fault.kind is FaultKind.STATUS:
            self._say(REFUSALS.get(fault.status, f"{fault.status} Refused"))
            return True
        return False


_SILENT_AFTER = frozenset({FaultKind.RESET_AFTER_ACCEPT, FaultKind.HANG_AFTER_ACCEPT})
_COMMANDS: dict[bytes, Callable[[Session, bytes], None]] = {
    b"HELO": Session._on_helo,
    b"EHLO": Session._on_ehlo,
    b"MAIL": Session._on_mail,
    b"RCPT": Session._on_rcpt,
    b"DATA": Session._on_data,
    b"RSET": Session._on_rset,
    b"NOOP": Session._on_noop,
    b"VRFY": Session._on_vrfy,
    b"QUIT": Session._on_quit,
    b"AUTH": Session._on_auth,
}
