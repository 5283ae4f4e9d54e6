from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone

from config.ports import find_free_ports
from notifications.delivery.connection import check_account
from notifications.delivery.models import Alert, Provider
from notifications.delivery.providers import provider_kinds
from notifications.delivery.providers.accounts import AccountTest, Outcome
from notifications.delivery.providers.asking import ask
from notifications.delivery.providers.smtp import KIND as SMTP
from tests.simulator.process import KEYS, Process

TESTABLE = [kind for kind in [*KEYS, "smtp"] if provider_kinds()[kind].account.test]


def check(provider: Provider) -> AccountTest:
    tested = check_account(provider, at=timezone.now())
    provider.refresh_from_db()
    return tested


@pytest.mark.parametrize("kind", TESTABLE)
@pytest.mark.req("V1")
def test_good_credentials_pass(providers: dict[str, Provider], mailbox: Process, kind: str) -> None:
    tested = check(providers[kind])
    assert tested.outcome == Outcome.PASSED, tested
    assert providers[kind].tested_at is not None
    assert mailbox.accepts() == []


@pytest.mark.parametrize("kind", [kind for kind in TESTABLE if kind != "smtp"])
@pytest.mark.req("V1")
def test_a_wrong_key_fails_and_is_remembered(providers: dict[str, Provider], kind: str) -> None:
    provider = providers[kind]
    provider.set_credentials(dict.fromkeys(provider_kinds()[kind].credentials, "wrong"))
    tested = check(provider)
    assert tested.outcome == Outcome.FAILED
    assert tested.code in {"401", "403"}
    assert "refused" in provider.test_fault


def test_an_unknown_domain_is_named(providers: dict[str, Provider], mailbox: Process) -> None:
    mailbox.control(
        "PUT", "accounts", [{"provider": "mailgun", "api_key": KEYS["mailgun"], "domain": "mg.shop.example"}]
    )
    providers["mailgun"].options = {"sender_domain": "other.example"}
    tested = check(providers["mailgun"])
    assert (tested.outcome, tested.code) == (Outcome.FAILED, "404")
    assert "other.example" in tested.text


def test_a_missing_key_is_asked_for_before_any_call(providers: dict[str, Provider]) -> None:
    providers["postmark"].set_credentials({})
    assert "server_token" in check(providers["postmark"]).text


def test_a_real_account_is_not_called_from_a_sandbox(providers: dict[str, Provider]) -> None:
    providers["postmark"].is_simulated = False
    assert check(providers["postmark"]).outcome == Outcome.UNTESTABLE
    assert providers["postmark"].tested_at is None


@pytest.mark.req("V4")
def test_a_passed_test_mends_a_refused_account(providers: dict[str, Provider]) -> None:
    provider = providers["mailgun"]
    provider.refused_at, provider.refused_reason = timezone.now(), "401"
    provider.save()
    Alert.objects.create(kind="credentials_refused", subject=provider.key, text="x")
    check(provider)
    assert provider.refused_at is None
    assert Alert.objects.get().cleared_at is not None


def test_a_failed_test_mends_nothing(providers: dict[str, Provider]) -> None:
    provider = providers["mailgun"]
    provider.set_credentials({"api_key": "wrong"})
    provider.refused_at = timezone.now()
    provider.save()
    check(provider)
    assert provider.refused_at is not None


@pytest.mark.parametrize(
    ("speech", "expected"),
    [
        (b"220 mail ready\r\n250-mail\r\n250 HELP\r\n", "does not offer"),
        (b"this is no mail server\r\n", "did not work as a mail server"),
        (b"", "hung up"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_explained(db: None, settings: Any, speech: bytes, expected: str) -> None:
    settings.POSTRIDER_ALLOW_REAL_PROVIDERS = True
    with _server(speech) as port:
        tested = check(_smtp(port))
    assert expected in tested.text


def test_a_closed_port_and_an_unknown_name_are_told_apart(db: None, settings: Any) -> None:
    settings.POSTRIDER_ALLOW_REAL_PROVIDERS = True
    [port] = find_free_ports(1)
    assert "Nothing listens" in check(_smtp(port)).text
    assert "not found" in SMTP.test_connection(Provider(kind="smtp", options={"host": "mail.invalid"})).text


def test_wrong_login_at_a_mail_server_is_explained(providers: dict[str, Provider], mailbox: Process) -> None:
    mailbox.control("PUT", "accounts", [{"provider": "smtp", "username": "shop", "password": "word"}])
    providers["smtp"].options = {"username": "shop"}
    providers["smtp"].set_credentials({"password": "other"})
    tested = check(providers["smtp"])
    assert (tested.outcome, tested.code) == (Outcome.FAILED, "535")
    providers["smtp"].set_credentials({"password": "word"})
    assert check(providers["smtp"]).outcome == Outcome.PASSED


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://no-such-name.invalid/", "was not found"),
        ("http://127.0.0.1:1/", "No connection"),
        ("{simulator}/healthz/..", "refused the question"),
        ("{simulator}/inbox", "does not answer as"),
    ],
)
def test_an_api_that_cannot_be_used_is_explained(mailbox: Process, url: str, expected: str) -> None:
    with pytest.raises(Exception, match=expected):
        ask(url.format(simulator=mailbox.url))


def test_every_kind_can_be_tested_or_says_that_it_cannot() -> None:
    assert [kind.slug for kind in provider_kinds().values() if kind.account.test is None] == []


def _smtp(port: int) -> Provider:
    return Provider.objects.create(key="relay", kind="smtp", name="Relay", options={"host": "127.0.0.1", "port": port})


@contextmanager
def _server(speech: bytes) -> Iterator[int]:
    """Says a line at each turn, then hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            greeting, _, rest = speech.partition(b"\r\n")
            connection.sendall(greeting + b"\r\n" if greeting else b"")
            if rest:
                connection.recv(1000)
                connection.sendall(rest)
                connection.recv(1000)

    thread = threading.Thread(target=serve, daemon=True)
    with listening:
        thread.start()
        yield listening.getsockname()[1]
    thread.join(1)
