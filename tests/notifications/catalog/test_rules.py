"""Is a declaration that forgets people's rights, or limits wrongly, found at start?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from notifications.catalog import NotificationType, Throttle
from notifications.catalog.checks import faults_of
from tests.types import Parcel

pytestmark = [pytest.mark.usefixtures("new_types"), pytest.mark.req("D1")]


def _ids(**attributes: Any) -> list[str | None]:
    declared = {
        "key": "parcel", "stream": "notification", "event": "parcel.sent", "payload": Parcel, "template": "parcel",
        **attributes,
    }  # fmt: skip
    return [fault.id for fault in faults_of(type("Parcels", (NotificationType,), declared))]


def test_a_required_type_says_why() -> None:
    assert _ids(is_required=True) == ["catalog.E020"]
    assert _ids(is_required=True, legal_basis="  ") == ["catalog.E020"]
    assert _ids(is_required=True, legal_basis="The law demands that we tell you.") == []


@pytest.mark.parametrize(("most", "hours", "faults"), [(0, 1, ["catalog.E021"]), (1, 0, ["catalog.E021"]), (1, 1, [])])
def test_a_throttle_lets_something_through(most: int, hours: int, faults: list[str]) -> None:
    assert _ids(throttle=Throttle(most=most, within=timedelta(hours=hours))) == faults


def test_beyond_a_cap_a_known_way_is_taken() -> None:
    assert _ids(beyond_cap="bounce") == ["catalog.E022"]
    assert _ids(beyond_cap="drop") == []


def test_a_digest_beyond_a_cap_needs_its_template() -> None:
    assert _ids(beyond_cap="digest") == ["catalog.E023"]
    assert _ids(beyond_cap="digest", digest_template="parcels") == []
