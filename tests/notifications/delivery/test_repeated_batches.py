"""Is a batch that is made again with its key the same byte for byte, so that the provider knows it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from config import clock
from notifications.delivery.models import Provider
from tests.accounts import only
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import parcel_type
from tracking.models import Message
from tracking.signals import event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V7"),
]


@pytest.mark.parametrize("kind", ["resend", "sparkpost", "brevo"])
def test_a_lost_answer_to_a_batch_is_asked_for_with_the_same_bytes(
    kind: str, providers: dict[str, Provider], mailbox: Process, work: Callable[[], None]
) -> None:
    parcel_type(stream="marketing")
    only(providers, kind)
    mailbox.control("PUT", "faults", [{"kind": "reset_after_accept", "count": 1}])
    for contact in make_contacts(3):
        event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})
    work()
    with clock.shifted(timedelta(minutes=1)):
        work()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert len(mailbox.accepts()) == 3
