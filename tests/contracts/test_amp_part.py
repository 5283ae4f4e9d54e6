"""Does each person's own AMP part arrive through the providers that take one, and does nothing break at the others?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notifications.compose.amp.validation import find_faults
from notifications.compose.source import Piece, TemplateSource
from notifications.compose.versions import publish
from notifications.delivery.mail import read_parcel
from notifications.delivery.models import Attempt, Call, Provider
from notifications.delivery.providers import provider_kinds
from notifications.delivery.providers.ses.sending import build
from notifications.delivery.providers.smtp.wire import MailWriter
from tests.accounts import only
from tests.notifications.compose.amp.documents import component, document
from tests.simulator.process import Process
from tests.types import _piece, parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("T4", "V6"),
]

KINDS = sorted(kind.slug for kind in provider_kinds().values() if kind.channel == "email")
#: By Anymail's table of features and the providers' own documentation; see docs/amp.md.
TAKING = {"mailgun", "sendgrid", "ses", "smtp", "sparkpost"}

AMP = document(
    '<p title="{{ payload.number }}">Parcel {{ payload.number }}: {{ payload.note }} %recipient.name% -name- [[x]]</p>'
    '<form method="post" action-xhr="https://shop.example/rate/{{ payload.number }}"><button>Good</button>'
    '<div submit-success><template type="amp-mustache">{% raw %}{{ thanks }}{% endraw %}</template></div></form>'
    '<a href="{{ unsubscribe_url }}">Leave</a>',
    head=component("amp-form") + component("amp-mustache", kind="custom-template"),
)
NOTES = [
    "plain", "%recipient.name% {{ first_name }} [[name]] <% x %>", ".\r\n.at a dot\n..",
    "<script>alert(1)</script>\"'&", "Grüße 世界 😀 \u2028", "x" * 1200, "{{{x}}} {% raw %}",
]  # fmt: skip


@pytest.mark.parametrize("stream", ["transactional", "marketing"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_person_gets_their_own(
    kind: str, stream: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None], settings: Any
) -> None:
    settings.POSTRIDER_PUBLIC_URL = "https://mail.shop.example"
    only(providers, kind)
    parcel_type(stream=stream)
    _publish()
    for number, note in enumerate(NOTES):
        payload = {"number": f"n{number}", "note": note}
        event.send(sender=None, name="parcel.sent", contact=f"person{number}@example.com", payload=payload)
    work()
    assert list(Attempt.objects.exclude(kind="accepted").values_list("kind", "code", "answer")) == []
    mails = {mail["recipient"]: mail for mail in mailbox.mails()}
    assert len(mails) == len(NOTES)
    for call in Call.objects.select_related("provider"):
        parcel = read_parcel(call)
        for member in parcel.members:
            mail, amp = mails[member.address], parcel.amp(member)
            assert mail["html"]
            assert mail["text"]
            assert mail["amp"].rstrip("\n") == (amp.rstrip("\n") if kind in TAKING else "")
            assert "%recipient.name% -name- [[x]]" in amp
            assert find_faults(Piece(text=_read_by_amp(amp), file="x")) == ()


def test_the_table_is_what_the_kinds_say() -> None:
    assert {slug for slug, kind in provider_kinds().items() if kind.takes_amp} == TAKING


@pytest.mark.parametrize("kind", ["smtp", "ses"])
def test_it_stands_between_text_and_html(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type()
    _publish()
    event.send(sender=None, name="parcel.sent", contact="ada@example.com", payload={"number": "1"})
    work()
    parcel = read_parcel(Call.objects.select_related("provider").get())
    [member] = parcel.members
    whole = b"".join(MailWriter(parcel).write(member)) if kind == "smtp" else build(parcel, member).message().as_bytes()
    message = BytesParser(policy=policy.default).parsebytes(whole)
    assert message.get_content_type() == "multipart/alternative"
    types = [part.get_content_type() for part in message.iter_parts()]
    assert types == ["text/plain", "text/x-amp-html", "text/html"]


@pytest.mark.parametrize("kind", ["mailgun", "postmark"])
def test_the_page_of_the_mail_shows_it_where_it_went(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    only(providers, kind)
    parcel_type()
    _publish()
    event.send(sender=None, name="parcel.sent", contact="ada@example.com", payload={"number": "1"})
    work()
    boss = Client()
    boss.force_login(User.objects.create_superuser("boss"))
    page = boss.get(f"/messages/{Message.objects.get().pk}/").content.decode()
    assert ("Parcel 1: " in page and "action-xhr" in page) is (kind in TAKING)


def _publish() -> None:
    body = "<mj-section><mj-column><mj-text>{{ payload.note }}</mj-text></mj-column></mj-section>"
    source = TemplateSource(
        key="parcel", subject=_piece("Parcel {{ payload.number }}"), preheader=_piece(""), body=_piece(body),
        layout_name="bare", layout=_piece("<mjml><mj-body><mj-slot/></mj-body></mjml>"),
    )  # fmt: skip
    publish("parcel", replace(source, amp=Piece(text=AMP, file="parcel.amp.html")), author="tests")


def _read_by_amp(amp: str) -> Any:
    """The document without what would be read as Liquid, of which nothing is left."""
    return amp.replace("{{", "").replace("{%", "")
