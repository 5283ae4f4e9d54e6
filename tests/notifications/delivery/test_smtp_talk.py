"""What becomes of each mail of a call when a mail server refuses, hangs up or goes quiet in the midst of it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from notifications.delivery.failures import Kind
from notifications.delivery.mail import Member
from notifications.delivery.models import Provider
from notifications.delivery.providers.smtp import KIND
from notifications.delivery.providers.smtp.sending import _kept
from tests.notifications.delivery.mailserver import MailServer, running
from tests.notifications.delivery.parcels import make_account, make_member, make_parcel

pytestmark = pytest.mark.req("V4")

PEOPLE = ("ada@example.com", "ben@example.com", "cleo@example.com")


@pytest.fixture(params=["in groups", "one by one"])
def server(request: Any) -> Iterator[MailServer]:
    """With PIPELINING and without."""
    made = MailServer(offers=["PIPELINING"] if request.param == "in groups" else [])
    with running(made):
        yield made
    _kept.close_all()


def _account(server: MailServer, **options: Any) -> Provider:
    return make_account("smtp", host="127.0.0.1", port=server.port, security="none", **options)


def _send(account: Provider, *people: str, **changes: Any) -> list[Any]:
    return list(KIND.send(make_parcel(account, *map(make_member, people or PEOPLE), **changes)))


def _kinds(server: MailServer, **options: Any) -> list[str]:
    return [verdict.kind for verdict in _send(_account(server, **options))]


def _when(verb: str, answer: str | None, *, connection: int = 1, mails: int = 2) -> Any:
    """That answer to a verb of the given mail on the given connection, and the usual ones else."""
    return lambda said: answer if (said.verb, said.connection, said.mails) == (verb, connection, mails) else ""


def test_each_mail_is_taken_once_over_one_connection(server: MailServer) -> None:
    assert _kinds(server) == [Kind.ACCEPTED] * 3
    assert server.accepted == list(PEOPLE)
    assert server.connections == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_is_its_own_mails_alone(verb: str, server: MailServer) -> None:
    server.act = _when(verb, "451 4.3.0 not now")
    assert _kinds(server) == [Kind.ACCEPTED, Kind.TRANSIENT, Kind.ACCEPTED]
    assert server.accepted == ["ada@example.com", "cleo@example.com"]


def test_a_refused_content_is_its_own_mails_alone(server: MailServer) -> None:
    server.act = _when(".", "554 5.6.0 not this")
    assert _kinds(server) == [Kind.ACCEPTED, Kind.PERMANENT_MESSAGE, Kind.ACCEPTED]


def test_nobody_gets_the_content_for_a_refused_recipient(server: MailServer) -> None:
    """Some servers ask for content although they refused the only recipient: they get an empty mail."""
    answers = {("RCPT", 2): "550 5.1.1 unknown", ("DATA", 2): "354 go"}
    server.act = lambda said: answers.get((said.verb, said.mails), "")
    verdicts = _send(_account(server))
    assert [verdict.kind for verdict in verdicts] == [Kind.ACCEPTED, Kind.PERMANENT_RECIPIENT, Kind.ACCEPTED]
    assert verdicts[1].code == "5.1.1"
    contents = [said.rest for said in server.heard if said.verb == "." and said.mails == 2]
    assert contents == ([""] if "PIPELINING" in server.offers else [])


def test_a_refused_sender_is_the_accounts_fault_not_the_recipients(server: MailServer) -> None:
    server.act = _when("MAIL", "550 5.1.8 bad sender", mails=1)
    assert _send(_account(server))[0].kind == Kind.PROVIDER_WIDE


@pytest.mark.parametrize("answer", [None, "what is this"])
def test_silence_after_the_content_leaves_one_mail_uncertain(answer: str | None, server: MailServer) -> None:
    server.act = _when(".", answer)
    assert _kinds(server) == [Kind.ACCEPTED, Kind.AMBIGUOUS, Kind.NOT_TRIED]
    assert server.accepted == ["ada@example.com"]


def test_a_break_before_any_content_is_out_is_no_riddle(server: MailServer) -> None:
    server.act = _when("RCPT", None, mails=1)
    assert _kinds(server) == [Kind.TRANSIENT, Kind.NOT_TRIED, Kind.NOT_TRIED]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["421 4.3.2 enough for one connection", None])
def test_a_server_that_has_enough_of_a_connection_is_dialled_again(
    verb: str, answer: str | None, server: MailServer
) -> None:
    server.act = _when(verb, answer)
    assert _kinds(server) == [Kind.ACCEPTED] * 3
    assert server.accepted == list(PEOPLE)
    assert server.connections == 2


def test_it_is_dialled_again_but_once(server: MailServer) -> None:
    server.act = lambda said: "421 4.3.2 enough" if (said.verb, said.mails) == ("MAIL", 2) else ""
    assert _kinds(server) == [Kind.ACCEPTED, Kind.ACCEPTED, Kind.TRANSIENT]
    server.act = _when("MAIL", "421 4.7.0 too many mails from you", connection=3, mails=1)
    assert _kinds(server) == [Kind.BLOCKLISTED, Kind.NOT_TRIED, Kind.NOT_TRIED]


def test_421_instead_of_an_accept_is_a_refusal(server: MailServer) -> None:
    server.act = _when(".", "421 4.3.2 going down")
    assert _kinds(server) == [Kind.ACCEPTED, Kind.TRANSIENT, Kind.ACCEPTED]
    assert server.accepted == ["ada@example.com", "cleo@example.com"]


def test_a_connection_carries_as_many_mails_as_the_account_says(server: MailServer) -> None:
    assert _kinds(server, mails_per_connection=2) == [Kind.ACCEPTED] * 3
    assert [said.connection for said in server.heard if said.verb == "."] == [1, 1, 2]
    assert server.hears("QUIT")


def test_a_kept_connection_that_the_server_closed_costs_no_mail(server: MailServer) -> None:
    account = _account(server)
    server.act = lambda said: "421 4.4.2 idle for too long" if (said.connection, said.mails) == (1, 4) else ""
    assert [one.kind for one in _send(account) + _send(account)] == [Kind.ACCEPTED] * 6
    assert server.connections == 2


def test_an_international_address_needs_a_server_that_takes_it(server: MailServer) -> None:
    verdicts = _send(_account(server), "grüße@example.com", "ada@example.com")
    assert [(one.kind, one.code) for one in verdicts] == [(Kind.PERMANENT_MESSAGE, "no_smtputf8"), (Kind.ACCEPTED, "")]
    server.offers = [*server.offers, "SMTPUTF8"]
    assert _send(_account(server), "grüße@example.com")[0].kind == Kind.ACCEPTED
    assert server.accepted[-1] == "grüße@example.com"
    assert [said.rest for said in server.heard if said.verb == "MAIL"][-1].endswith(" SMTPUTF8")


def _huge(address: str) -> Member:
    """More than any template may write, as it could come from a stored call."""
    member = make_member(address)
    regions = tuple("long line " * 1_000_000 for _ in member.values.regions[1:])
    return replace(member, values=member.values._replace(regions=("N" * 2000, *regions)))


def test_a_mail_beyond_the_servers_size_is_not_even_begun(server: MailServer) -> None:
    server.offers = [*server.offers, "SIZE 10000000"]
    verdicts = KIND.send(make_parcel(_account(server), _huge(PEOPLE[0]), make_member(PEOPLE[1])))
    assert [(one.kind, one.code) for one in verdicts] == [(Kind.PERMANENT_MESSAGE, "too_large"), (Kind.ACCEPTED, "")]
    assert server.accepted == [PEOPLE[1]]


def test_many_megabytes_and_a_long_subject_arrive_in_lines_that_mail_allows(server: MailServer) -> None:
    assert KIND.send(make_parcel(_account(server), _huge(PEOPLE[0])))[0].kind == Kind.ACCEPTED
    content = next(said.rest for said in server.heard if said.verb == ".")
    assert len(content) > 10_000_000
    assert max(map(len, content.split("\r\n"))) <= 998


def test_a_name_cannot_open_a_header_and_harms_no_other_mail(server: MailServer) -> None:
    mallory = replace(make_member(PEOPLE[1]), name="A\r\nBcc: x@y.example")
    verdicts = KIND.send(make_parcel(_account(server), make_member(PEOPLE[0]), mallory))
    assert [(one.kind, one.code) for one in verdicts] == [(Kind.ACCEPTED, ""), (Kind.PERMANENT_MESSAGE, "bad_header")]


def test_what_does_not_speak_smtp_takes_no_mail(server: MailServer) -> None:
    server.act = _when("DATA", "250 is no answer to DATA", mails=1)
    assert _kinds(server) == [Kind.TRANSIENT, Kind.NOT_TRIED, Kind.NOT_TRIED]


def test_an_account_without_a_server_says_so() -> None:
    verdict = _send(make_account("smtp"))[0]
    assert (verdict.kind, verdict.code) == (Kind.PROVIDER_WIDE, "not_set_up")


def test_the_next_envelope_goes_out_with_the_content() -> None:
    """The server answers the first content only when it hears more."""
    server = MailServer(hears_on_after=1)
    with running(server):
        assert _kinds(server) == [Kind.ACCEPTED] * 3
    _kept.close_all()
