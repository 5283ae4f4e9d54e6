"""Do Anymail's real backends get through each API, and does each recipient see their own mail?"""

from __future__ import annotations

import pytest
from anymail.message import AnymailMessage

from tests.simulator.process import KEYS

pytestmark = pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")

ADA, BEN = "ada@example.com", "ben@example.com"
HOSTILE = "Tom & <b>“Jerry”</b> %recipient.name% {{x}} [[y]] -name- 100% \\ é 漢 \U0001f600 a+b=c&d"


def make_message(to, **extra):
    message = AnymailMessage(
        subject="Your order", body="Plain text\nsecond line", from_email="Shop <shop@example.com>", to=to
    )
    message.attach_alternative('<p>Hello</p><a href="https://example.com/a?b=1&amp;c=2">go</a>', "text/html")
    for name, value in extra.items():
        setattr(message, name, value)
    return message


@pytest.fixture(params=sorted(KEYS))
def provider(request):
    return request.param


def test_one_mail_arrives_as_it_was_sent(provider, make_backend, simulator):
    message = make_message(["Ada <ada@example.com>"], metadata={"message_id": "m-1"}, reply_to=["help@example.com"])
    message.extra_headers["X-Order"] = "17"
    assert make_backend(provider).send_messages([message]) == 1
    (accept,), (mail,) = simulator.accepts(), simulator.mails()
    assert (accept["provider"], accept["recipient"], accept["message_id"]) == (provider, ADA, "m-1")
    assert (mail["subject"], mail["text"]) == ("Your order", "Plain text\nsecond line")
    assert mail["html"] == message.alternatives[0][0]
    headers = dict(mail["headers"])
    assert headers["From"] == "Shop <shop@example.com>"
    assert headers["To"] == "Ada <ada@example.com>"
    assert (headers["Reply-To"], headers["X-Order"]) == ("help@example.com", "17")
    assert mail["metadata"]["message_id"] == "m-1"


def test_hostile_text_arrives_verbatim(provider, make_backend, simulator):
    text = HOSTILE.replace("{{x}} ", "") if provider in ("sparkpost", "brevo") else HOSTILE  # which read that even here
    message = make_message([ADA], subject=text, body=text + "\n.\n..x")
    message.alternatives.clear()
    message.attach_alternative(text * 3, "text/html")
    make_backend(provider).send_messages([message])
    (mail,) = simulator.mails()
    assert (mail["subject"], mail["html"], mail["text"]) == (text, text * 3, text + "\n.\n..x")


def test_a_batch_gives_each_recipient_a_mail_of_their_own(provider, make_backend, simulator):
    if provider == "ses":
        pytest.skip("it has batches for stored templates only")
    message = make_message(
        [ADA, BEN],
        merge_metadata={ADA: {"message_id": "m-ada"}, BEN: {"message_id": "m-ben"}},
        merge_headers={
            ADA: {"List-Unsubscribe": "<https://example.com/u/ada>"},
            BEN: {"List-Unsubscribe": "<https://example.com/u/ben>"},
        },
    )
    if provider == "sparkpost":
        message.esp_extra = {"options": {"transactional": True}}  # else it writes a List-Unsubscribe of its own
    make_backend(provider).send_messages([message])
    found = {mail["recipient"]: mail for mail in simulator.mails()}
    assert {one["call"] for one in simulator.accepts()} == {simulator.accepts()[0]["call"]}
    for address, name in ((ADA, "ada"), (BEN, "ben")):
        headers = dict(found[address]["headers"])
        assert headers["To"] == address
        assert headers["List-Unsubscribe"] == f"<https://example.com/u/{name}>"
        assert found[address]["message_id"] == f"m-{name}"


@pytest.mark.parametrize(
    ("provider", "tag"),
    [
        ("mailgun", "%recipient.name%"),
        ("sendgrid", "-name-"),
        ("sparkpost", "{{{name}}}"),
        ("brevo", "{{ params.name|safe }}"),
    ],
)
def test_values_are_substituted_everywhere_the_provider_does(provider, tag, make_backend, simulator):
    message = make_message([ADA, BEN], subject=f"Hi {tag}", body=f"{tag} and {tag}")
    message.alternatives = [(f"<p>{tag}</p>", "text/html")]
    message.merge_data = {ADA: {"name": HOSTILE.replace("-name-", "")}, BEN: {"name": "Ben"}}
    make_backend(provider).send_messages([message])
    ada, ben = simulator.mails()
    name = HOSTILE.replace("-name-", "")
    assert (ada["subject"], ada["text"], ada["html"]) == (f"Hi {name}", f"{name} and {name}", f"<p>{name}</p>")
    assert (ben["subject"], ben["text"], ben["html"]) == ("Hi Ben", "Ben and Ben", "<p>Ben</p>")


def test_mailgun_leaves_unknown_keys_as_they_are(make_backend, simulator):
    message = make_message([ADA], body="%recipient.nobody% %recipient.name% %recipient_email%")
    message.merge_data = {ADA: {"name": "Ada"}}
    make_backend("mailgun").send_messages([message])
    (mail,) = simulator.mails()
    assert mail["text"] == "%recipient.nobody% Ada ada@example.com"


def test_without_a_batch_everybody_is_in_the_same_header(provider, make_backend, simulator):
    make_backend(provider).send_messages([make_message([ADA, BEN], cc=["cleo@example.com"], bcc=["dan@example.com"])])
    mails = simulator.mails()
    assert [mail["recipient"] for mail in mails] == [ADA, BEN, "cleo@example.com", "dan@example.com"]
    assert {dict(mail["headers"])["To"] for mail in mails} == {f"{ADA}, {BEN}"}
    assert not any("dan@" in value for mail in mails for _, value in mail["headers"])


def test_attachments_are_named(provider, make_backend, simulator):
    message = make_message([ADA])
    message.attach("bill.pdf", b"\x00\xff\r\n--x", "application/pdf")
    make_backend(provider).send_messages([message])
    (mail,) = simulator.mails()
    assert mail["attachments"] == ["bill.pdf"]
    assert mail["text"] == "Plain text\nsecond line"


@pytest.mark.parametrize(
    ("provider", "kept"),
    [
        ("mailgun", True),
        ("sendgrid", True),
        ("postmark", False),
        ("resend", False),
        ("sparkpost", False),
        ("ses", False),
        ("brevo", False),
    ],
)
def test_the_senders_message_id_is_kept_where_the_provider_keeps_it(provider, kept, make_backend, simulator):
    own = "<0193b0a4-7a00-7000-8000-000000000001@example.com>"
    message = make_message([ADA])
    message.extra_headers["Message-ID"] = own
    make_backend(provider).send_messages([message])
    (accept,), (mail,) = simulator.accepts(), simulator.mails()
    shown = {name.lower(): value for name, value in mail["headers"]}["message-id"]
    assert (shown == own) is kept
    assert accept["message_id"] == "0193b0a4-7a00-7000-8000-000000000001"


def test_postmark_keeps_it_on_request(make_backend, simulator):
    message = make_message([ADA])
    message.extra_headers.update({"Message-ID": "<own@example.com>", "X-PM-KeepID": "true"})
    make_backend("postmark").send_messages([message])
    (mail,) = simulator.mails()
    assert dict(mail["headers"])["Message-ID"] == "<own@example.com>"


def test_the_answered_ids_are_the_journaled_ones(provider, make_backend, simulator):
    message = make_message([ADA, BEN])
    if provider != "ses":
        message.merge_data = {}
    make_backend(provider).send_messages([message])
    status = message.anymail_status
    if provider == "sendgrid":  # Anymail reports an id of its own there
        assert all(mail["metadata"]["anymail_id"] in status.message_id for mail in simulator.mails())
    else:
        for accept in simulator.accepts():
            assert status.recipients[accept["recipient"]].message_id == accept["provider_message_id"]
