"""Does a raised event become a mail at the provider, with everything that belongs to it?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from preferences.models import Contact
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Event, Message
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types", "providers")]


@pytest.mark.req("I1")
def test_an_event_becomes_a_mail(ada: Contact, work: Callable[[], None], mailbox: Process) -> None:
    parcel_type()
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    message = Message.objects.get()
    assert (message.state, message.reason, message.provider) == ("sent", "", "mailgun")
    [mail] = mailbox.mails()
    assert mail["subject"] == "Parcel 17"
    assert "Hello Ada" in mail["html"]
    assert Event.objects.get().routed_at is not None


def test_marketing_goes_in_one_call(work: Callable[[], None], mailbox: Process) -> None:
    parcel_type(stream="marketing")
    for number in range(30):
        event.send(sender=None, name="parcel.sent", contact=f"p{number}@example.com", payload={"number": str(number)})
    work()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    accepts = mailbox.accepts()
    assert len(accepts) == 30
    assert len({accept["call"] for accept in accepts}) == 1
