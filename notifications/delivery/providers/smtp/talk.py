"""What is said in one call to an SMTP server, and what does each answer or silence mean for each mail?

Where the server offers PIPELINING (RFC 2920) a mail's content and the next one's MAIL, RCPT and DATA go out together,
and while the server reads we write the mail after that. At most one mail is out without an answer, so at most one is
uncertain when the connection breaks; of the others it is known that they were not taken.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.providers.smtp.failures import judge_answer, judge_sender_answer
from notifications.delivery.providers.smtp.line import Line, Reply

_CLOSING = 421  # "service not available, closing transmission channel", to any command. RFC 5321 4.2.2
_SEND_CONTENT = 354
_END = b".\r\n"


class Letter(NamedTuple):
    """One mail, ready to be handed over."""

    position: int  # in its call
    commands: tuple[bytes, bytes, bytes]  # MAIL, RCPT, DATA
    content: list[bytes]  # in pieces, without the dot that ends it
    accepted: Verdict
    needs_utf8: bool

    @property
    def envelope(self) -> bytes:
        return b"".join(self.commands)


class Closing(ConnectionError):
    """The server answered 421: it hangs up."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__("the server closes the connection")


class Talk:
    """One call's mails, over as many connections as it takes. `verdicts` holds what is known so far, by position."""

    def __init__(self, letters: Iterable[Letter], verdicts: list[Verdict], *, most: int, begin_until: float) -> None:
        """At most `most` mails go over one connection; none is begun after `begin_until` (monotonic)."""
        self.verdicts = verdicts
        self._letters = iter(letters)
        self._most = most
        self._begin_until = begin_until
        self._ready: deque[Letter] = deque()  # written, not begun
        self._begun: Letter | None = None  # its envelope may be out
        self._out: Letter | None = None  # its content may be out
        self._may_dial_again = True

    def is_over(self) -> bool:
        """Whether there is nothing left to begin."""
        self._look_ahead()
        return not self._ready

    def refuse_next(self, verdict: Verdict) -> None:
        """Settle the mail that would have been next."""
        self.verdicts[self._ready.popleft().position] = verdict

    def go_on(self, line: Line) -> None:
        """Hand over what one connection can take; raises OSError when it broke, and then `recover` says what next."""
        line.write(self._begin(line))
        while (letter := self._begun) is not None:
            self._look_ahead()
            refusal = self._offer(line, letter)
            if refusal is None:
                self._deliver(line, letter)
            else:
                self._withdraw(line, letter, refusal)

    def recover(self, line: Line, error: OSError) -> bool:
        """Settle what the break of a connection leaves; return whether to dial again.

        A server may hang up on a connection that has done its work. That is no fault as long as nothing was out, and
        once a call a new connection is tried.
        """
        out, begun = self._out, self._begun
        self._out = self._begun = None
        if out is not None:
            self.verdicts[out.position] = Verdict(kind=Kind.AMBIGUOUS, code="connection", answer=type(error).__name__)
            return False
        if line.mails > 1 and self._may_dial_again:
            self._may_dial_again = False
            self._ready.extendleft([begun] if begun else [])
            return True
        if begun is not None:
            self.verdicts[begun.position] = _broken(error)
        return False

    def _look_ahead(self) -> None:
        """Have the next mail written, while there is time to begin it."""
        if not self._ready and time.monotonic() < self._begin_until:
            self._ready.extend(_first(self._letters))

    def _begin(self, line: Line) -> bytes:
        """Take up the next mail that this connection can take; return what to send ahead for it."""
        while self._ready and line.mails < self._most:
            letter = self._ready.popleft()
            if unfit := _refuse_unfit(line, letter):
                self.verdicts[letter.position] = unfit
                self._look_ahead()
                continue
            self._begun = letter
            line.mails += 1
            return letter.envelope if line.may_pipeline else b""
        return b""

    def _offer(self, line: Line, letter: Letter) -> Verdict | None:
        """Hear what the server says to MAIL, RCPT and DATA; None when the content may follow."""
        refusal: Verdict | None = None
        code = 0
        for command, judge in zip(letter.commands, (judge_sender_answer, judge_answer, judge_answer), strict=True):
            if not line.may_pipeline:
                line.write(command)
            code, text = _read(line)
            if code >= 400 and refusal is None:
                refusal = judge(code, text)
            if refusal and not line.may_pipeline:
                return refusal
        if refusal and code == _SEND_CONTENT:
            line.write(_END)  # nobody to deliver to, yet it waits for content: RFC 2920 3.1
            _read(line)
        elif refusal is None and code != _SEND_CONTENT:
            raise ConnectionError("the server does not speak SMTP")
        return refusal

    def _deliver(self, line: Line, letter: Letter) -> None:
        """Send the content, and the next mail's envelope behind it; hear the answer."""
        self._out, self._begun = letter, None
        line.write(b"".join([*letter.content, _END, self._begin(line)]))
        self._look_ahead()
        reply = line.read()
        self._out = None
        is_accepted = 200 <= reply.code < 300
        self.verdicts[letter.position] = letter.accepted if is_accepted else judge_answer(reply.code, reply.text)
        if reply.code == _CLOSING:
            raise Closing(reply)

    def _withdraw(self, line: Line, letter: Letter, refusal: Verdict) -> None:
        """Settle a refused mail and clear its envelope away, with the next one's behind it."""
        self.verdicts[letter.position] = refusal
        self._begun = None
        line.write(b"RSET\r\n" + self._begin(line))
        _read(line)


def _first(letters: Iterator[Letter]) -> list[Letter]:
    return [letter] if (letter := next(letters, None)) else []


def _read(line: Line) -> Reply:
    reply = line.read()
    if reply.code == _CLOSING:
        raise Closing(reply)
    return reply


def _broken(error: OSError) -> Verdict:
    """Before its content was out, a mail is provably unsent."""
    if isinstance(error, Closing):
        return judge_answer(error.reply.code, error.reply.text)
    return Verdict(kind=Kind.TRANSIENT, code="connection", answer=type(error).__name__)


def _refuse_unfit(line: Line, letter: Letter) -> Verdict | None:
    """What the server said beforehand that it will not take."""
    if letter.needs_utf8 and not line.takes_utf8:
        answer = "the server takes no addresses beyond ASCII (SMTPUTF8)"
        return Verdict(kind=Kind.PERMANENT_MESSAGE, code="no_smtputf8", answer=answer)
    if 0 < line.size_limit < (size := sum(map(len, letter.content))):
        answer = f"{size} octets; the server takes {line.size_limit}"
        return Verdict(kind=Kind.PERMANENT_MESSAGE, code="too_large", answer=answer)
    return None
