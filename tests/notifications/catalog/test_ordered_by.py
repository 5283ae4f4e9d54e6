"""Is a path that mails are ordered by known, a single value, and no secret?"""

from __future__ import annotations

import pytest
from pydantic import BaseModel, SecretStr

from config.queues import Stream
from notifications.catalog import NotificationType
from notifications.catalog.checks import faults_of

pytestmark = [pytest.mark.usefixtures("new_types"), pytest.mark.req("Q7")]


class Line(BaseModel):
    name: str


class Order(BaseModel):
    number: str
    lines: list[Line]


class Shipped(BaseModel):
    order: Order
    back_order: Order | None = None
    code: SecretStr


def _faults(path: str) -> list[str | None]:
    body = {"key": "shipped", "stream": Stream.TRANSACTIONAL, "event": "order.shipped", "payload": Shipped,
            "template": "shipped", "ordered_by": path}  # fmt: skip
    return [fault.id for fault in faults_of(type("Ordered", (NotificationType,), body))]


@pytest.mark.parametrize("path", ["", "order.number", "back_order.number"])
def test_a_value_of_the_payload_gives_an_order(path: str) -> None:
    assert _faults(path) == []


@pytest.mark.parametrize("path", ["number", "order", "order.", ".number", "order.number.more", "order.lines.name"])
def test_a_path_that_leads_to_no_single_value_is_a_fault(path: str) -> None:
    assert _faults(path) == ["catalog.E014"]


def test_a_secret_gives_no_order() -> None:
    assert _faults("code") == ["catalog.E015"]
