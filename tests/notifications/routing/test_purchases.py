"""Does a purchase count as engagement, once the event is routed?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from preferences.models import Contact
from tests.types import parcel_type
from tracking.signals import event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types", "providers")]


@pytest.mark.parametrize(("names", "points"), [({"parcel.sent"}, 25.0), (set(), 0.0)])
def test_a_purchase_wakes(
    ada: Contact, work: Callable[[], None], settings: Any, names: set[str], points: float
) -> None:
    settings.POSTRIDER_PURCHASE_EVENTS = frozenset(names)
    parcel_type()
    event.send(sender=None, name="parcel.sent", contact=ada, payload={"number": "17"})
    work()
    ada.refresh_from_db()
    assert ada.engagement_points == points
    assert (ada.last_engaged_at is not None) is bool(names)
