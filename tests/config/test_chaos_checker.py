"""Does the checker see what is wrong, and nothing that is right?"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from config.chaos.checker import Accepted, Findings, Logged, compare

SOURCE, ADA = "chaos:1", 1


def _logged(state: str, **fields: Any) -> Logged:
    given = {"id": uuid4(), "source": SOURCE, "contact_id": ADA, "event_id": None, "reason": "",
             "is_possibly_doubled": False, **fields}  # fmt: skip
    return Logged(state=state, **given)


def _compare(*log: Logged, accepts: int = 0, events: set[UUID] | None = None, unrouted: set[UUID] | None = None) -> Any:
    """The names of what is wrong; the journal has the first message `accepts` times."""
    accepted = Accepted(recipients={SOURCE: {ADA}} if not events else {}, events=events or set())
    journal = {str(log[0].id): accepts} if log and accepts else {}
    return _wrong(compare(accepted, log, journal, unrouted=unrouted or ()))


def _wrong(found: Findings) -> set[str]:
    names = ("lost", "duplicate", "flagged_duplicate", "ghost", "non_terminal", "unknown")
    return {name for name in names if getattr(found, name)}


@pytest.mark.parametrize(
    ("state", "reason", "accepts", "wrong"),
    [
        ("sent", "", 1, set()),
        ("delivered", "", 1, set()),
        ("sent", "", 0, {"lost"}),
        ("sent", "", 2, {"duplicate"}),
        ("unknown", "worker_died", 0, {"unknown"}),
        ("unknown", "worker_died", 1, {"unknown"}),
        ("skipped", "topic_off", 0, set()),
        ("skipped", "topic_off", 1, {"ghost"}),
        ("dead", "", 0, {"lost"}),
        ("queued", "", 0, {"non_terminal"}),
        ("retrying", "transient", 1, {"non_terminal"}),
    ],
)
def test_a_message_of_each_kind(state: str, reason: str, accepts: int, wrong: set[str]) -> None:
    assert _compare(_logged(state, reason=reason), accepts=accepts) == wrong


def test_a_double_that_was_flagged_is_listed_apart() -> None:
    assert _compare(_logged("sent", is_possibly_doubled=True), accepts=2) == {"flagged_duplicate"}


def test_a_recipient_without_a_message_is_lost() -> None:
    assert _compare(_logged("sent", contact_id=2), accepts=1) == {"lost"}


def test_an_accept_without_a_message_is_a_ghost() -> None:
    assert _wrong(compare(Accepted(), [], {str(uuid4()): 1}, unrouted=())) == {"ghost"}


def test_an_event_without_a_message_is_lost() -> None:
    assert _compare(events={uuid4()}) == {"lost"}


def test_an_event_that_waits_is_not_terminal() -> None:
    event = uuid4()
    assert _compare(events={event}, unrouted={event}) == {"non_terminal"}


def test_an_event_with_a_sent_message_is_well() -> None:
    event = uuid4()
    assert _compare(_logged("sent", event_id=event), accepts=1, events={event}) == set()
