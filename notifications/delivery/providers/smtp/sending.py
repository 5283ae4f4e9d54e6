"""How is a parcel handed to an SMTP server? Mail by mail over kept connections, each with its own answer."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.mail import Parcel, domain_of_sender
from notifications.delivery.models import Provider
from notifications.delivery.providers.base import ProviderKind, digest_options
from notifications.delivery.providers.kept import Kept
from notifications.delivery.providers.smtp.account import ACCOUNT
from notifications.delivery.providers.smtp.line import Line, dial
from notifications.delivery.providers.smtp.talk import Letter, Talk
from notifications.delivery.providers.smtp.wire import MailWriter

IDLE_SECONDS = 10.0
#: No mail is begun later in a call than this; what is left goes back into the queue.
BEGIN_SECONDS = 15.0
#: And no answer is waited for any longer.
CALL_SECONDS = 50.0
#: Many servers hang up after some hundreds.
MAILS_PER_CONNECTION = 500

_kept: Kept[Line] = Kept(idle_seconds=IDLE_SECONDS, close=Line.quit)


class Smtp(ProviderKind):
    """Any SMTP server (RFC 5321), with STARTTLS or TLS and AUTH through the standard library.

    Each thread that hands over has a connection of its own. The option `mails_per_connection` limits its life.
    """

    slug = "smtp"
    label = "SMTP"
    account = ACCOUNT
    is_serial = True
    takes_amp = True
    batch_limit = 200  # mails of one call share its uncertainty when a worker dies
    optional_credentials = ("password",)  # with "username" among the options
    required_options = ("host",)

    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """Send each member's mail. After an uncertain one, and when time is up, the rest is not tried."""
        options = self.backend_options(parcel.provider)
        most = int(options.get("mails_per_connection") or MAILS_PER_CONNECTION)
        started = time.monotonic()
        verdicts = [Verdict(kind=Kind.NOT_TRIED)] * len(parcel.members)
        talk = Talk(_letters(parcel, verdicts), verdicts, most=most, begin_until=started + BEGIN_SECONDS)
        key = parcel.provider.pk, digest_options(options)
        while not talk.is_over():
            try:
                line = _kept.take(key, lambda: dial(options))
            except (KeyError, OSError, smtplib.SMTPException) as error:
                talk.refuse_next(_judge_dial(error))
                break
            line.expect_end_by(started + CALL_SECONDS)
            try:
                talk.go_on(line)
            except OSError as error:
                line.close()
                if not talk.recover(line, error):
                    break
            except BaseException:
                line.close()
                raise
            else:
                line.quit() if line.mails >= most else _kept.give_back(key, line)
        return verdicts

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """Host, port and login; a simulated account always speaks to the simulator."""
        options = provider.settings()
        if provider.is_simulated:
            host, _, port = settings.POSTRIDER_SIMULATOR_SMTP.rpartition(":")
            options |= {"host": host, "port": int(port), "security": "none"}
        return options


def _letters(parcel: Parcel, verdicts: list[Verdict]) -> Iterator[Letter]:
    """Each member's mail, written when it is asked for; one with a bad header has its verdict instead."""
    sender = parseaddr(parcel.sender)[1]
    domain = domain_of_sender(parcel.sender)
    writer = MailWriter(parcel)
    for position, member in enumerate(parcel.members):
        try:
            content = writer.write(member)
        except ValueError as error:
            verdicts[position] = Verdict(kind=Kind.PERMANENT_MESSAGE, code="bad_header", answer=str(error))
            continue
        needs_utf8 = not (sender.isascii() and member.address.isascii())
        yield Letter(
            position=position,
            commands=_commands(sender, member.address, needs_utf8=needs_utf8),
            content=content,
            accepted=Verdict(kind=Kind.ACCEPTED, provider_message_id=f"{member.message_id}@{domain}"),
            needs_utf8=needs_utf8,
        )


def _commands(sender: str, recipient: str, *, needs_utf8: bool) -> tuple[bytes, bytes, bytes]:
    """MAIL, RCPT and DATA. RFC 5321 3.3, RFC 6531 3.4."""
    option = " SMTPUTF8" if needs_utf8 else ""
    return f"MAIL FROM:<{sender}>{option}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"


def _judge_dial(error: Exception) -> Verdict:
    """No connection: no mail was even begun."""
    if isinstance(error, KeyError):
        return Verdict(kind=Kind.PROVIDER_WIDE, code="not_set_up", answer=f"the account has no {error}")
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
        return Verdict(kind=Kind.CREDENTIALS_REFUSED, code=str(error.smtp_code), answer="authentication refused")
    return Verdict(kind=Kind.TRANSIENT, code="connection", answer=f"no connection ({type(error).__name__})")
