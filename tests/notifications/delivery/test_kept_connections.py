"""Is an open connection in one pair of hands at a time, used again while it is fresh, and closed when it is not?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from notifications.delivery.failures import Kind
from notifications.delivery.models import Provider
from notifications.delivery.providers import api, kind_of
from notifications.delivery.providers.kept import Kept
from notifications.delivery.providers.smtp.sending import _kept
from tests.notifications.delivery.mailserver import MailServer, Said, running
from tests.notifications.delivery.parcels import make_account, make_member, make_parcel
from tests.simulator.process import Process

pytestmark = pytest.mark.req("V6")


class Counted:
    """A connection that knows whether it is closed."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def kept() -> Kept[Counted]:
    return Kept(idle_seconds=60, close=Counted.close)


def test_what_was_given_back_is_used_again(kept: Kept[Counted]) -> None:
    first = kept.take("a", Counted)
    kept.give_back("a", first)
    assert kept.take("a", Counted) is first


def test_what_is_in_use_is_nobody_elses(kept: Kept[Counted]) -> None:
    assert kept.take("a", Counted) is not kept.take("a", Counted)


def test_each_account_has_its_own(kept: Kept[Counted]) -> None:
    first = kept.take("a", Counted)
    kept.give_back("a", first)
    assert kept.take("b", Counted) is not first


def test_what_was_idle_for_long_is_closed_whoever_asks() -> None:
    kept: Kept[Counted] = Kept(idle_seconds=0, close=Counted.close)
    stale = kept.take("a", Counted)
    kept.give_back("a", stale)
    kept.take("b", Counted)
    assert stale.is_closed


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    with running(made):
        yield made
    _kept.close_all()


def _smtp(server: MailServer) -> Provider:
    return make_account("smtp", host="127.0.0.1", port=server.port, security="none")


def _send(account: Provider, *people: str) -> list[Any]:
    return list(kind_of(account).send(make_parcel(account, *map(make_member, people))))


def test_calls_at_once_have_a_connection_each(server: MailServer) -> None:
    """The server answers no mail before it has heard of one on each connection."""
    meeting = threading.Barrier(4, timeout=20)

    def act(said: Said) -> str:
        if (said.verb, said.mails) == (".", 1):
            meeting.wait()
        return ""

    server.act, account = act, _smtp(server)
    with ThreadPoolExecutor(4) as threads:
        calls = [
            threads.submit(_send, account, *(f"p{call}.{one}@example.com" for one in range(5))) for call in range(4)
        ]
        verdicts = [verdict for call in calls for verdict in call.result()]
    assert {verdict.kind for verdict in verdicts} == {Kind.ACCEPTED}
    assert len(set(server.accepted)) == len(server.accepted) == 20
    assert server.connections == 4
    _send(account, "late@example.com")
    assert server.connections == 4


def test_one_broken_connection_leaves_the_others_whole(server: MailServer) -> None:
    account = _smtp(server)
    meeting = threading.Barrier(2, timeout=20)

    def act(said: Said) -> str | None:
        if said.verb == "." and said.mails == 1:
            meeting.wait()
            return None if said.connection == 1 else ""
        return ""

    server.act = act
    with ThreadPoolExecutor(2) as threads:
        kinds = {verdict.kind for call in [threads.submit(_send, account, f"p{n}@example.com") for n in range(2)]
                 for verdict in call.result()}  # fmt: skip
    assert kinds == {Kind.AMBIGUOUS, Kind.ACCEPTED}
    assert _send(account, "late@example.com")[0].kind == Kind.ACCEPTED
    assert server.connections == 2


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["mailgun", "sendgrid", "postmark", "resend"])
def test_calls_at_once_through_an_api(kind: str, providers: dict[str, Provider], mailbox: Process) -> None:
    account = providers[kind]
    with ThreadPoolExecutor(6) as threads:
        calls = [threads.submit(_send, account, f"p{call}@example.com", f"q{call}@example.com") for call in range(12)]
        assert {verdict.kind for call in calls for verdict in call.result()} == {Kind.ACCEPTED}
    accepted = [one["recipient"] for one in mailbox.accepts()]
    assert len(accepted) == len(set(accepted)) == 24
    api._kept.close_all()


def test_an_answered_refusal_keeps_the_session(
    providers: dict[str, Provider], mailbox: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[object] = []
    api._kept.close_all()  # what a test before left open is not closed here

    def close(backend: object) -> None:
        closed.append(backend)

    monkeypatch.setattr(kind_of(providers["mailgun"]).backend_class, "close", close)  # type: ignore[attr-defined]
    mailbox.control("PUT", "faults", [{"kind": "429", "count": 1}])
    assert _send(providers["mailgun"], "ada@example.com")[0].kind == Kind.TRANSIENT
    assert closed == []
    mailbox.control("PUT", "faults", [{"kind": "reset_before_accept", "count": 1}])
    assert _send(providers["mailgun"], "ada@example.com")[0].kind == Kind.AMBIGUOUS
    assert len(closed) == 1
    api._kept.close_all()


@pytest.mark.django_db
def test_an_address_that_is_none_costs_the_others_nothing(providers: dict[str, Provider], mailbox: Process) -> None:
    verdicts = _send(providers["mailgun"], "ada@example.com", "b..n@example.com", "cleo@example.com")
    assert [one.kind for one in verdicts] == [Kind.ACCEPTED, Kind.PERMANENT_RECIPIENT, Kind.ACCEPTED]
    assert [one["recipient"] for one in mailbox.accepts()] == ["ada@example.com", "cleo@example.com"]
