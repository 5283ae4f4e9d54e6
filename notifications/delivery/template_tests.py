"""How does staff try a mail in real mailboxes? By the stream's pool, gate and workers, as any other mail.

What the template sees is handed in, so a test can be read as anybody at any address. Nothing in it is counted, its ways
out lead to a page that says so, and it carries no List-Unsubscribe: nobody's choices are changed by a test. Suppression
holds as ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from notifications.catalog.channels import EMAIL
from notifications.compose.models import Template, TemplateVersion
from notifications.delivery import outbox
from notifications.delivery.models import TemplateTest
from notifications.delivery.outbox import Submission
from notifications.delivery.pool import by_channel, load_pool
from notifications.delivery.roads import open_places
from preferences.contacts import ErasedAddress, upsert_contact
from preferences.models import Contact
from preferences.sign_up_limits import Limit, take_place
from tracking.models import Message

#: Test mails of one member of staff. A stolen login must not become a way to mail strangers.
LIMIT = Limit(name="test mails", most=100, within=timedelta(hours=1))
#: A test that could not leave by then is of no use.
LIFE = timedelta(hours=1)
PRIORITY = 10


class NotSendable(ValueError):
    """No test can be sent; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tested: a template's marked version, what it is called, and as whom it is read.

    `contact` and `payload` are what the template sees; `rendered_as` or `as_contact_id` say whose that is.
    """

    template: Template
    version: TemplateVersion
    ref: str
    stream: str
    contact: Mapping[str, Any]
    payload: Mapping[str, Any]
    rendered_as: str = ""
    as_contact_id: int | None = None


@transaction.atomic
def send_tests(trial: Trial, addresses: Sequence[str], *, author: str, at: datetime) -> TemplateTest:
    """Submit the test to each of these normalised addresses. Raises NotSendable, and then nothing is sent."""
    if not by_channel(open_places(load_pool(trial.stream, at=at), stream=trial.stream, at=at))[EMAIL]:
        raise NotSendable(
            f"No account may send mail of the stream {trial.stream} now: it is paused, has no account that is on, or"
            " its sending domain is not fit. See Providers and Sending domains."
        )
    for _address in addresses:
        if not take_place(LIMIT, author, at=at):
            raise NotSendable(
                f"That would be more than {LIMIT.most} test mails in an hour from you. Wait, or send to fewer."
            )
    test = TemplateTest.objects.create(
        template=trial.template, ref=trial.ref[:80], stream=trial.stream, rendered_as=trial.rendered_as,
        as_contact_id=trial.as_contact_id, mails=len(addresses), author=author,
    )  # fmt: skip
    people = [(_reader(address), address) for address in addresses]
    outbox.submit([_submission(trial, test, contact, address, at=at) for contact, address in people])
    return test


def messages_of(test: TemplateTest) -> list[Message]:
    """The mails of a test, in the order of their addresses."""
    found = Message.objects.filter(source=test.source).select_related("contact", "outbox")
    return sorted(found, key=lambda message: message.contact.address or "")


def _reader(address: str) -> Contact:
    """The contact at an address. A new one stays unconfirmed, so that a test mailbox is sent no news."""
    try:
        return upsert_contact(address, is_unconfirmed=True)
    except ErasedAddress as erased:
        raise NotSendable(f"No mail goes to {address}: {erased}.") from None


def _submission(trial: Trial, test: TemplateTest, contact: Contact, address: str, *, at: datetime) -> Submission:
    """Required: wishes, caps and quiet hours are about news, and no way out stands in its headers."""
    return Submission(
        contact_id=contact.pk, address=address, source=test.source, stream=trial.stream,
        template_version_id=trial.version.pk, template_ref=trial.ref[:80], due_at=at, expires_at=at + LIFE,
        priority=PRIORITY, payload={"contact": dict(trial.contact), "payload": dict(trial.payload)}, is_required=True,
        is_tracked=False, trail=[["test", "template_tested"]],
    )  # fmt: skip
