"""Which IP addresses does a host name have? Asked of the system, within a time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from config.outbound.refusals import Refused

#: Host and port to IP addresses, best first. Raises OSError where the name is not known.
Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses as the operating system knows them, hosts file included."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


def resolve_within(resolver: Resolver, host: str, port: int, *, seconds: float) -> Sequence[str]:
    """The resolver's answer. Raises Refused; a resolver that hangs is left behind, as it knows no time limit."""
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        raise Refused("too_slow", "The name server takes too long.") from None
    if isinstance(answer, Exception) or not answer:
        raise Refused("unknown_host", f"No name server knows “{host}”.")
    return answer
