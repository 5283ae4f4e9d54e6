"""Is a port free, and if not, who holds it? Asked before anything is started."""

from __future__ import annotations

import socket

import psutil

HOST = "127.0.0.1"


class PortTaken(RuntimeError):
    """Another process listens there; the message says which, and what to do."""


def ensure_free(port: int, *, purpose: str, option: str) -> None:
    """Raise PortTaken if `port` cannot be listened on; `option` is how to choose another."""
    if not _is_free(port):
        raise PortTaken(f"Port {port} ({purpose}) is taken by {_find_holder(port)}. Choose another with {option}.")


def find_free_ports(number: int) -> list[int]:
    """So many ports that nobody listens on now."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(number)]
    ports: list[int] = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def is_answering(port: int) -> bool:
    """Does somebody listen on `port`?"""
    with socket.socket() as client:
        client.settimeout(0.2)
        return client.connect_ex((HOST, port)) == 0


def _is_free(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def _find_holder(port: int) -> str:
    try:
        listening = (found for found in psutil.net_connections("tcp") if found.status == psutil.CONN_LISTEN)
        pid = next((found.pid for found in listening if found.laddr and found.laddr.port == port), None)
        command = " ".join(psutil.Process(pid).cmdline()) if pid else ""
    except psutil.Error:
        return "another process"
    return f"process {pid} ({command[:80]})" if pid else "a process of another user"
