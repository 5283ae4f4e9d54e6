"""How is one IP address connected to, under the name that was asked for?

The address is the one that was checked; the name goes into SNI, the certificate's check and the Host header only, so
a name that means another address a moment later changes nothing.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Sequence
from functools import lru_cache

from config.outbound.refusals import Refused
from config.outbound.targets import Target

#: IP address, port and seconds to a connected socket. Raises OSError.
Dial = Callable[[str, int, float], socket.socket]


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to an IP address; nothing is resolved and no proxy is asked."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection


def connect(
    target: Target,
    addresses: Sequence[str],
    *,
    dial: Dial,
    remaining: Callable[[], float],
    tls: ssl.SSLContext | None,
) -> socket.socket:
    """A connection to the first of the addresses that answers, encrypted for https. Raises Refused."""
    for address in addresses:
        try:
            connection = dial(address, target.port, remaining())
        except TimeoutError:
            raise Refused("too_slow", "The host does not answer in time.") from None
        except OSError:
            continue
        return _encrypt(connection, target, remaining(), tls) if target.scheme == "https" else connection
    raise Refused("no_connection", f"Nothing answers at “{target.authority}”.")


def _encrypt(connection: socket.socket, target: Target, seconds: float, tls: ssl.SSLContext | None) -> socket.socket:
    try:
        connection.settimeout(seconds)
        return (tls or _default_tls()).wrap_socket(connection, server_hostname=target.host)
    except ssl.SSLCertVerificationError as error:
        connection.close()
        raise Refused("certificate", f"The certificate is not valid: {error.verify_message}.") from None
    except TimeoutError:
        connection.close()
        raise Refused("too_slow", "The host does not answer in time.") from None
    except (OSError, ValueError):
        connection.close()
        raise Refused("no_connection", "No encrypted connection could be made.") from None


@lru_cache(maxsize=1)
def _default_tls() -> ssl.SSLContext:
    return ssl.create_default_context()
