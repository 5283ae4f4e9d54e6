"""Does a message move along the edges, and only along them?"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from preferences.models import Contact
from tracking import lifecycle
from tracking.models import Message

S = Message.State
_ROOT = Path(__file__).resolve().parents[2]


def _message(contact: Contact, state: Message.State) -> Message:
    return Message.objects.create(contact=contact, source="test", stream="marketing", state=state, part=state)


@pytest.mark.django_db
@pytest.mark.parametrize("to", [state for state in S if state not in lifecycle.PHASES])
def test_a_message_moves_only_along_edges(ada: Contact, to: Message.State) -> None:
    messages = {state: _message(ada, state) for state in S if state not in lifecycle.PHASES}
    moved = lifecycle.move([one.pk for one in messages.values()], to, at=timezone.now(), reason="test")
    expected = {messages[state].pk for state in lifecycle.sources(to)}
    assert set(moved) == expected


def test_ends_have_no_way_out_but_replay_and_evidence() -> None:
    ways_out = {state: set(lifecycle.EDGES[state]) for state in (S.SKIPPED, S.CANCELLED, S.EXPIRED, S.DELIVERED)}
    assert not any(ways_out.values())
    assert set(lifecycle.EDGES[S.FAILED]) == {S.QUEUED}


def test_every_state_has_its_row_in_the_table() -> None:
    assert set(lifecycle.EDGES) == set(S)


def test_the_documented_diagram_is_the_table() -> None:
    assert lifecycle.draw_diagram() in (_ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_moving_twice_moves_once(ada: Contact) -> None:
    message = _message(ada, S.QUEUED)
    assert lifecycle.move([message.pk], S.SKIPPED, at=timezone.now()) == [message.pk]
    assert lifecycle.move([message.pk], S.SKIPPED, at=timezone.now()) == []
