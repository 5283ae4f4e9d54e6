"""How is a parcel handed to an SMTP server? Mail by mail over a kept connection, each with its own answer."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from notifications.delivery.failures import Kind, Verdict
from notifications.delivery.mail import Member, Parcel, domain_of_sender
from notifications.delivery.models import Provider
from notifications.delivery.providers.base import ProviderKind
from notifications.delivery.providers.smtp.failures import judge_answer
from notifications.delivery.providers.smtp.wire import write_mail

CONNECT_SECONDS = 5
READ_SECONDS = 15
IDLE_SECONDS = 10.0
#: A call ends early rather than outlive its lease; what is left goes back into the queue. The last mail may take
#: four answers more.
CALL_SECONDS = 15.0


@dataclass(slots=True)
class _Open:
    """A connection kept between calls of this process."""

    client: smtplib.SMTP
    used_at: float


_open: dict[int, _Open] = {}


class Broken(Exception):
    """The connection broke after the message went out: it may have been accepted."""


class Smtp(ProviderKind):
    """Any SMTP server (RFC 5321), with STARTTLS or TLS and AUTH through the standard library."""

    slug = "smtp"
    label = "SMTP"
    batch_limit = 50  # mails of one call share its uncertainty when a worker dies
    optional_credentials = ("password",)  # with "username" among the options
    required_options = ("host",)

    def send(self, parcel: Parcel) -> Sequence[Verdict]:
        """Send each member's mail; after a broken connection the rest is not tried."""
        verdicts: list[Verdict] = []
        deadline = time.monotonic() + CALL_SECONDS
        for member in parcel.members:
            if time.monotonic() > deadline or (verdicts and verdicts[-1].code == "connection"):
                verdicts.append(Verdict(kind=Kind.NOT_TRIED))
            else:
                verdicts.append(self._send_one(parcel, member))
        return verdicts

    def _send_one(self, parcel: Parcel, member: Member) -> Verdict:
        try:
            content = write_mail(parcel, member)
        except ValueError as error:
            return Verdict(kind=Kind.PERMANENT_MESSAGE, code="bad_header", answer=str(error))
        try:
            client = self._connect(parcel.provider)
        except KeyError as missing:
            return Verdict(kind=Kind.PROVIDER_WIDE, code="not_set_up", answer=f"the account has no {missing}")
        except smtplib.SMTPAuthenticationError as error:
            return Verdict(kind=Kind.PROVIDER_WIDE, code=str(error.smtp_code), answer="authentication refused")
        except (OSError, smtplib.SMTPException) as error:
            return Verdict(kind=Kind.TRANSIENT, code="connection", answer=f"no connection ({type(error).__name__})")
        return self._talk(client, parcel, member, content)

    def _talk(self, client: smtplib.SMTP, parcel: Parcel, member: Member, content: bytes) -> Verdict:
        """MAIL, RCPT and DATA. Until the final dot is out, a break leaves the mail provably unsent."""
        is_out = False
        try:
            code, answer = client.mail(parseaddr(parcel.sender)[1])
            if code < 400:
                code, answer = client.rcpt(member.address)
            if code < 400:
                code, answer = client.docmd("DATA")
            if code >= 400:
                client.rset()
                return judge_answer(code, answer.decode("utf-8", "replace"))
            is_out = True
            client.send(content + b".\r\n")
            code, answer = client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._forget(parcel.provider)
            kind = Kind.AMBIGUOUS if is_out else Kind.TRANSIENT
            return Verdict(kind=kind, code="connection", answer=type(error).__name__)
        text = answer.decode("utf-8", "replace")
        if 200 <= code < 300:
            return Verdict(
                kind=Kind.ACCEPTED, provider_message_id=f"{member.message_id}@{domain_of_sender(parcel.sender)}"
            )
        return judge_answer(code, text)

    def _connect(self, provider: Provider) -> smtplib.SMTP:
        kept = _open.get(provider.pk)
        now = time.monotonic()
        if kept is not None and (now - kept.used_at > IDLE_SECONDS or kept.client.sock is None):
            self._forget(provider)
            kept = None
        if kept is None:
            kept = _open[provider.pk] = _Open(_dial(self.backend_options(provider)), now)
        kept.used_at = now
        return kept.client

    def _forget(self, provider: Provider) -> None:
        kept = _open.pop(provider.pk, None)
        if kept is not None:
            kept.client.close()

    def backend_options(self, provider: Provider) -> dict[str, Any]:
        """Host, port and login; a simulated account always speaks to the simulator."""
        options = provider.settings()
        if provider.is_simulated:
            host, _, port = settings.POSTRIDER_SIMULATOR_SMTP.rpartition(":")
            options |= {"host": host, "port": int(port), "security": "none"}
        return options


def _dial(options: dict[str, Any]) -> smtplib.SMTP:
    """A connection, secured and logged in as the options say: security is "starttls" (default), "tls" or "none"."""
    security = options.get("security", "starttls")
    context = ssl.create_default_context()
    if security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            options["host"], int(options.get("port", 465)), timeout=CONNECT_SECONDS, context=context
        )
    else:
        client = smtplib.SMTP(options["host"], int(options.get("port", 587)), timeout=CONNECT_SECONDS)
        if security == "starttls":
            client.starttls(context=context)
    client.ehlo_or_helo_if_needed()
    if options.get("username"):
        client.login(options["username"], options["password"])
    if client.sock is not None:
        client.sock.settimeout(READ_SECONDS)
    return client
