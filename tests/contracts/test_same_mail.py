"""Is it the same mail whichever road it took? Decoded content and every header of ours, through all APIs and SMTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from notifications.delivery.mail import Parcel, read_parcel
from notifications.delivery.models import Attempt, Call, Provider
from notifications.delivery.providers import provider_kinds
from preferences.models import Contact
from tests.accounts import only
from tests.people import make_contact
from tests.simulator.process import Process
from tests.types import parcel_type, publish_template
from tracking.models import Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]

KINDS = sorted(kind.slug for kind in provider_kinds().values() if kind.channel == "email")

#: Values that hold some provider's own syntax, or that break naive transports.
HOSTILE = [
    "plain",
    "%recipient.name% and %recipient_email%",
    "{{ first_name }} {% raw %} [[name]] <% asm_group %>",
    "-name- *|FNAME|* $name #{name}",
    ".\r\n.\r\nMAIL FROM:<x@y.example>\r\n",
    "a dot\n.at a line's start\n..and two",
    "<script>alert(1)</script> & \"quotes\" 'single'",
    "Grüße, 世界 😀 = 100 % \u2028 end ",
    "x" * 1200 + "\ttab  spaces at the end   ",
    "=2E =20= =\n soft",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.req("V6")
def test_a_batch_carries_each_persons_own_mail(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type(stream="marketing")
    for number, note in enumerate(HOSTILE):
        _raise(f"person{number}@example.com", note, number=str(number))
    work()
    _expect_all_as_rendered(kind, mailbox, count=len(HOSTILE))


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_mail_arrives_as_rendered(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type()
    notes = HOSTILE[1:5] + HOSTILE[7:8]
    for number, note in enumerate(notes):
        _raise(f"person{number}@example.com", note)
        work()
    assert Call.objects.count() == len(notes)
    _expect_all_as_rendered(kind, mailbox, count=len(notes))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mailbox_stands_beside_the_address_to_leave(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None], settings: Any
) -> None:
    settings.POSTRIDER_INBOUND_DOMAIN = "in.example.com"
    only(providers, kind)
    parcel_type(stream="marketing")
    for number in range(3):
        _raise(f"person{number}@example.com", "note")
    work()
    _expect_all_as_rendered(kind, mailbox, count=3)
    pattern = r"<https?://\S+/u/\S+>, <mailto:out\+[a-z2-7]{58}@in\.example\.com\?subject=unsubscribe>"
    found = [_headers(mail)["list-unsubscribe"] for mail in mailbox.mails()]
    assert [one for one in found if not re.fullmatch(pattern, one)] == []
    assert len(set(found)) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_static_text_in_a_providers_syntax_arrives_verbatim(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type(stream="marketing")
    odd = "<mj-text>%recipient.name% -name- [[name]] {% raw %}{{ name }}{% endraw %} {{ payload.note }}</mj-text>"
    publish_template("parcel", subject="%recipient.x% {{ payload.number }}", body=odd)
    for number in range(3):
        _raise(f"person{number}@example.com", f"note {number}", number=str(number))
    work()
    _expect_all_as_rendered(kind, mailbox, count=3)


@pytest.mark.parametrize("kind", KINDS)
def test_names_and_international_addresses(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type()
    make_contact("zoe@bücher.example", first_name="Zoë", last_name='O"Hara, Jr.')
    _raise("zoe@bücher.example", "hello")
    work()
    [mail] = mailbox.mails()
    assert mail["recipient"] == "zoe@xn--bcher-kva.example"
    assert "Zoë" in _headers(mail)["to"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_cannot_open_a_header(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type()
    _raise("ada@example.com", "an ordinary mail")
    work()
    ordinary = set(_headers(mailbox.mails()[0]))
    mallory = make_contact("mallory@example.com", first_name="A\r\nBcc: x@y.example", last_name="B\nX-Evil: 1")
    _raise(mallory, "A\r\nBcc: x@y.example")
    work()
    assert set(_headers(mailbox.mails()[-1])) == ordinary


def test_a_value_in_the_subject_cannot_open_a_header(
    providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type()
    _raise("ada@example.com", "note", number="17\r\nBcc: x@y.example")
    work()
    message = Message.objects.get()
    assert (message.state, message.reason) == ("failed", "control_character_in_subject")
    assert mailbox.mails() == []


def _raise(contact: Contact | str, note: str, *, number: str = "17") -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": number, "note": note})


def _expect_all_as_rendered(kind: str, mailbox: Process, *, count: int) -> None:
    failures = list(Attempt.objects.exclude(kind="accepted").values_list("kind", "code", "answer"))
    assert failures == []
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    mails = {mail["recipient"]: mail for mail in mailbox.mails()}
    assert len(mails) == len(mailbox.accepts()) == count
    for call in Call.objects.select_related("provider"):
        parcel = read_parcel(call)
        for member in parcel.members:
            _expect(mails[member.address], kind, parcel, member)


def _expect(mail: dict[str, Any], kind: str, parcel: Parcel, member: Any) -> None:
    assert mail["subject"] == parcel.subject(member)
    assert _tidy(mail["html"]) == _tidy(parcel.html(member))
    assert _tidy(mail["text"]) == _tidy(parcel.text(member))
    exceptions = provider_kinds()[kind].header_exceptions
    got = _headers(mail)
    for name, value in {**parcel.headers, **parcel.own_headers(member)}.items():
        if name.lower() not in exceptions:
            assert got.get(name.lower()) == value, name


def _tidy(text: str) -> str:
    """The end of a MIME part belongs to its boundary; line ends are the transport's."""
    return text.replace("\r\n", "\n").rstrip("\n")


def _headers(mail: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in mail["headers"]}
