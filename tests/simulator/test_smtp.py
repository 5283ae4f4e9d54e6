"""Does the mail server take what smtplib sends, and nothing that it should not?"""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.simulator.process import wait_for


@pytest.fixture
def server(simulator):
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port, timeout=5) as server:
        yield server


def make_message(**headers):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", "ada@example.com", "Grüße 漢字"
    message["Message-ID"] = "<0193b0a4-7a00-7000-8000-000000000001@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("first\n.\n..dots\n é\n")
    message.add_alternative("<p>é</p>\n", subtype="html")
    return message


def test_a_message_arrives_as_it_was_sent(server, simulator):
    server.send_message(make_message(List_Unsubscribe="<https://example.com/u/1>"))
    (accept,), (mail,) = simulator.accepts(), simulator.mails()
    assert accept["message_id"] == "0193b0a4-7a00-7000-8000-000000000001"
    assert accept["provider"] == "smtp"
    assert (mail["subject"], accept["subject"]) == ("Grüße 漢字", "Grüße 漢字")
    assert (mail["text"], mail["html"]) == ("first\n.\n..dots\n é\n", "<p>é</p>\n")
    assert dict(mail["headers"])["List-Unsubscribe"] == "<https://example.com/u/1>"


def test_each_recipient_is_an_accept_of_the_same_call(server, simulator):
    message = make_message()
    server.send_message(message, to_addrs=["ada@example.com", "ben@example.com"])
    accepts = simulator.accepts()
    assert [one["recipient"] for one in accepts] == ["ada@example.com", "ben@example.com"]
    assert len({one["call"] for one in accepts}) == 1


def test_unicode_addresses(server, simulator):
    server.send_message(make_message(), to_addrs=["jürgen@bücher.example"])
    assert simulator.accepts()[0]["recipient"] == "jürgen@bücher.example"


def test_everything_at_once_and_in_pieces(simulator):
    """PIPELINING: many messages, cut at every awkward place."""
    content = make_message().as_bytes(policy=SMTP).replace(b"\r\n.", b"\r\n..")
    envelope = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
    stream = b"EHLO x\r\n" + (envelope + content + b".\r\n") * 30 + b"QUIT\r\n"
    with socket.create_connection(("127.0.0.1", simulator.smtp_port), timeout=5) as line:
        for start in range(0, len(stream), 97):
            line.sendall(stream[start : start + 97])
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    assert answer.count(b"250 2.0.0 OK: queued") == 30
    assert answer.endswith(b"221 2.0.0 Bye\r\n")
    assert {mail["text"] for mail in simulator.mails()} == {"first\n.\n..dots\n é\n"}
    assert simulator.control("GET", "accepts/count")["count"] == 30


def test_nonsense_is_answered_and_survived(server, simulator):
    assert server.docmd("BLAH")[0] == 500
    assert server.docmd("RCPT", "TO:<a@example.com>")[0] == 503
    assert server.docmd("DATA")[0] == 503
    assert server.mail("not an address")[0] in (501, 553)
    server.rset()
    assert server.mail("a@example.com")[0] == 250
    assert server.rcpt("x")[0] == 553
    assert server.rcpt("b@example.com")[0] == 250
    assert server.noop()[0] == 250
    assert server.data(b"Subject: x\r\n\r\nbody")[0] == 250


def test_logging_in_is_needed_where_there_is_a_password(simulator, server):
    account = {"provider": "smtp", "username": "shop", "password": "word", "name": "mailserver"}
    simulator.control("PUT", "accounts", [account])
    with pytest.raises(smtplib.SMTPSenderRefused):
        server.send_message(make_message())
    server.ehlo()
    with pytest.raises(smtplib.SMTPAuthenticationError):
        server.login("shop", "wrong")
    server.login("shop", "word")
    server.send_message(make_message())
    assert simulator.accepts()[0]["account"] == "mailserver"


@pytest.mark.parametrize("status", [421, 451, 550])
def test_a_recipient_is_refused_on_request(status, server, simulator):
    simulator.control("PUT", "faults", [{"kind": str(status), "provider": "smtp", "match": "ada@*"}])
    with pytest.raises(smtplib.SMTPRecipientsRefused) as error:
        server.send_message(make_message())
    assert error.value.recipients["ada@example.com"][0] == status
    assert simulator.accepts() == []


def test_one_of_two_recipients_is_refused(server, simulator):
    simulator.control("PUT", "faults", [{"kind": "partial_refusal", "match": "ada@*"}])
    refused = server.send_message(make_message(), to_addrs=["ada@example.com", "ben@example.com"])
    assert refused["ada@example.com"][0] == 550
    assert [one["recipient"] for one in simulator.accepts()] == ["ben@example.com"]


def test_a_message_is_refused_on_request(server, simulator):
    simulator.control("PUT", "faults", [{"kind": "552"}])
    with pytest.raises(smtplib.SMTPDataError, match="552"):
        server.send_message(make_message())
    assert simulator.accepts() == []


@pytest.mark.parametrize(("kind", "count"), [("drop_after_data", 1), ("drop_before_accept", 0)])
def test_the_connection_is_dropped_instead_of_an_answer(kind, count, server, simulator):
    simulator.control("PUT", "faults", [{"kind": kind}])
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        server.send_message(make_message())
    wait_for(lambda: len(simulator.accepts()) == count or None) if count else None
    assert len(simulator.accepts()) == count


def test_a_message_may_have_no_end_of_its_own(server, simulator):
    server.mail("a@example.com")
    server.rcpt("b@example.com")
    assert server.data(b"")[0] == 250
    assert simulator.mails()[0]["text"].strip() == ""
