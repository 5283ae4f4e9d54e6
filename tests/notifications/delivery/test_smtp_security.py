"""Does mail reach a server over TLS and with a login, and is it held back when either does not hold?"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.delivery.failures import Kind
from notifications.delivery.providers.smtp import KIND
from notifications.delivery.providers.smtp.sending import _kept
from tests.notifications.delivery.mailserver import MailServer, running
from tests.notifications.delivery.parcels import make_account, make_member, make_parcel
from tests.simulator.process import Process

pytestmark = pytest.mark.req("V1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that nobody vouches for but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture(params=["tls", "starttls"])
def security(request: Any) -> str:
    return str(request.param)


@pytest.fixture
def server(certificate: Path, security: str) -> Iterator[MailServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made = MailServer(tls=context, is_tls_from_start=security == "tls", offers=["PIPELINING", "STARTTLS"])
    with running(made):
        yield made
    _kept.close_all()


@pytest.fixture
def send(server: MailServer, security: str) -> Callable[[], list[Any]]:
    account = make_account("smtp", host="127.0.0.1", port=server.port, security=security)
    members = [make_member(f"p{number}@example.com", note="long " * 20_000) for number in range(3)]
    return lambda: list(KIND.send(make_parcel(account, *members)))


def test_mail_goes_over_tls(
    send: Callable[[], list[Any]], server: MailServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert [verdict.kind for verdict in send()] == [Kind.ACCEPTED] * 3
    assert len(server.accepted) == 3


def test_no_mail_goes_to_a_server_that_proves_nothing(send: Callable[[], list[Any]], server: MailServer) -> None:
    assert [verdict.kind for verdict in send()] == [Kind.TRANSIENT, Kind.NOT_TRIED, Kind.NOT_TRIED]
    assert server.heard == []


@pytest.mark.parametrize(("password", "kind"), [("word", Kind.ACCEPTED), ("wrong", Kind.CREDENTIALS_REFUSED)])
def test_a_login_is_made_and_its_refusal_is_the_accounts(password: str, kind: Kind, mailbox: Process) -> None:
    mailbox.control("PUT", "accounts", [{"provider": "smtp", "username": "shop", "password": "word", "name": "shop"}])
    account = make_account(
        "smtp", host="127.0.0.1", port=mailbox.smtp_port, security="none", username="shop", password=password
    )
    assert KIND.send(make_parcel(account, make_member("ada@example.com")))[0].kind == kind
    _kept.close_all()
