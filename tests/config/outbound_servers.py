"""What do the fetching tests connect to? Small servers on real sockets, a private one that must stay unseen, and a
dialler that leads public addresses to them."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.outbound import dial

PUBLIC = "93.184.216.34"
Script = Callable[[socket.socket, bytes], None]


class Server:
    """Listens on a free port of this machine; each connection is answered by `script(connection, request)`."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            served = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with served:
                request = served.recv(65536)
                self.requests.append(request)
                self.script(served, request)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread, which would take one more otherwise
        self.listener.close()


class World:
    """A made-up internet: names have addresses, the public one leads to a server of ours, and dialling is noted."""

    def __init__(self, server: Server, names: dict[str, Sequence[Sequence[str]]] | None = None) -> None:
        self.server = server
        self.names = {name: iter(answers) for name, answers in (names or {}).items()}
        self.resolved: list[str] = []
        self.dialled: list[str] = []

    def resolver(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        if host in self.names:
            return next(self.names[host])
        with contextlib.suppress(ValueError):
            return (str(ipaddress.ip_address(host)),)
        return (PUBLIC,)

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append(address)
        if address == PUBLIC:
            return dial("127.0.0.1", self.server.port, seconds)
        return dial(address, port, seconds)


def say(*answers: bytes) -> Script:
    """Answer by these bytes."""

    def script(connection: socket.socket, request: bytes) -> None:
        for answer in answers:
            connection.sendall(answer)

    return script


def answer(status: str = "200 OK", *headers: str, body: bytes = b"hello") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def certificate(directory: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context: the server is `name`, and the client trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = directory / "certificate.pem", directory / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate_file, key_file)
    return server, ssl.create_default_context(cafile=str(certificate_file))
