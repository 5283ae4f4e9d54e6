"""What does an SMTP server ask for, and how is it tried? RFC 5321, 3207 and 4954."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Any

from notifications.delivery.failures import redact
from notifications.delivery.providers.accounts import Account, ConnectionFault, Option

_SECONDS = 10


def _test(options: dict[str, Any]) -> str:
    """Connect, STARTTLS, AUTH, NOOP and QUIT."""
    host, security = str(options["host"]), options.get("security", "starttls")
    try:
        with _dial(options, host=host, security=security) as client:
            client.ehlo_or_helo_if_needed()
            if options.get("username"):
                client.login(options["username"], options.get("password", ""))
            client.noop()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _fault(error, host=host) from None
    if not options.get("username"):
        return "No user name is set, so nobody was logged in; whether it relays shows only when a mail is sent."
    return "" if security != "none" else "The connection is not encrypted: password and mail travel in clear."


def _dial(options: dict[str, Any], *, host: str, security: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if security == "tls":
        return smtplib.SMTP_SSL(host, int(options.get("port") or 465), timeout=_SECONDS, context=context)
    client = smtplib.SMTP(host, int(options.get("port") or 587), timeout=_SECONDS)
    if security == "starttls":
        try:
            client.starttls(context=context)
        except BaseException:
            client.close()
            raise
    return client


def _fault(error: Exception, *, host: str) -> ConnectionFault:
    code = str(getattr(error, "smtp_code", "")) or type(error).__name__
    said = getattr(error, "smtp_error", b"")
    answer = redact(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said))
    return ConnectionFault(_say(error, host=host), code=code, answer=answer)


#: What each kind of trouble says; the first that fits. {host} is the server's name, {detail} the error's own words.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        "The server refused the login: check user name and password. Some want an app password.",
    ),
    (
        smtplib.SMTPNotSupportedError,
        "{host} does not offer what is asked for ({detail}): check the port and the kind of encryption.",
    ),
    (
        ssl.SSLCertVerificationError,
        "The certificate of {host} is not valid ({detail}). Write the name that it was made for.",
    ),
    (
        ssl.SSLError,
        "TLS with {host} failed: check port and encryption. 465 is usual for TLS from the start, 587 for STARTTLS.",
    ),
    (socket.gaierror, "The name {host} was not found: check its spelling."),
    (UnicodeError, "{host} cannot be the name of a server: check its spelling."),
    (TimeoutError, "{host} did not answer in time: wrong port or encryption, or a firewall."),
    (ConnectionRefusedError, "Nothing listens at {host} on that port: check the port."),
    (
        smtplib.SMTPServerDisconnected,
        "{host} hung up: check port and encryption, and whether it takes calls from this machine.",
    ),
    (Exception, "{host} did not work as a mail server ({detail})."),
)


def _say(error: Exception, *, host: str) -> str:
    words = next(words for kind, words in _WORDS if isinstance(error, kind))
    detail = getattr(error, "verify_message", "") or redact(str(error))[:80] or type(error).__name__
    return words.format(host=host, detail=detail.rstrip("."))


ACCOUNT = Account(
    options=(
        Option(name="host", label="Server", placeholder="smtp.example.com", help="Its name, not its number, so that"
               " its certificate can be checked."),
        Option(
            name="security", label="Encryption",
            choices=(("", "STARTTLS (usual, port 587)"), ("tls", "TLS from the start (port 465)"),
                     ("none", "None: only inside your own network")),
        ),
        Option(name="port", label="Port", placeholder="587, or 465 with TLS", is_number=True),
        Option(name="username", label="User name", help="Empty: no login."),
        Option(
            name="mails_per_connection", label="Mails per connection", placeholder="500", is_number=True,
            help="After so many a new connection is made. Lower it if the server hangs up earlier.",
        ),
    ),
    test=_test,
)  # fmt: skip
