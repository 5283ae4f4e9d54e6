"""How may a campaign move from state to state? The one table of edges, and the one function that moves along them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.audit import Actor, record
from campaigns.models import Campaign

S = Campaign.State

#: From each state to the states that may follow, with what causes the move.
EDGES: dict[Campaign.State, dict[Campaign.State, str]] = {
    S.DRAFT: {S.IN_REVIEW: "its author asks for approval", S.CANCELLED: "put away"},
    S.IN_REVIEW: {
        S.DRAFT: "sent back, or taken back",
        S.SCHEDULED: "a second person approves it",
        S.REPEATING: "a second person approves it, to go again and again",
        S.CANCELLED: "put away",
    },
    S.SCHEDULED: {
        S.FREEZING: "its time has come",
        S.MISSED: "its time passed while nobody looked after it",
        S.IN_REVIEW: "edited after it was approved",
        S.DRAFT: "taken back",
        S.CANCELLED: "called off",
    },
    S.REPEATING: {
        S.PAUSED: "paused between two windows",
        S.IN_REVIEW: "edited after it was approved",
        S.CANCELLED: "ended",
    },
    S.MISSED: {
        S.FREEZING: "somebody sends it all the same",
        S.IN_REVIEW: "edited, for another time",
        S.DRAFT: "taken back",
        S.CANCELLED: "called off",
    },
    S.FREEZING: {
        S.SENDING: "everybody is written down",
        S.PAUSED: "paused, or its audience cannot be selected",
        S.CANCELLED: "stopped",
    },
    S.SENDING: {
        S.PAUSED: "paused, or its trial went badly",
        S.FINISHED: "nothing of it waits any more",
        S.CANCELLED: "stopped",
    },
    S.PAUSED: {
        S.FREEZING: "resumed before everybody was written down",
        S.SENDING: "resumed",
        S.REPEATING: "resumed between two windows",
        S.CANCELLED: "stopped",
    },
    S.FINISHED: {S.SENDING: "failed mails are tried again"},
    S.CANCELLED: {},
}

#: States in which mails of it may be leaving.
RUNNING = frozenset({S.FREEZING, S.SENDING})
#: States in which it can be written.
EDITABLE = frozenset({S.DRAFT, S.IN_REVIEW, S.SCHEDULED, S.REPEATING, S.MISSED})


class Refused(Exception):
    """It is not in a state from which it may move there: somebody was faster. The message says so."""


@transaction.atomic
def move(
    campaign_id: int,
    to: Campaign.State,
    *,
    at: datetime,
    by: Actor,
    action: str,
    reason: str = "",
    sources: Iterable[Campaign.State] = (),
    **fields: Any,
) -> None:
    """Move one campaign by compare-and-set, set `fields` with it, and write it into the audit log. Raises Refused."""
    allowed = {state for state, following in EDGES.items() if to in following}
    wanted = allowed & set(sources) if sources else allowed
    row = Campaign.objects.select_for_update().filter(pk=campaign_id).values("state", "name").first()
    if row is None or row["state"] not in wanted:
        raise Refused(_refusal(row["state"] if row else ""))
    Campaign.objects.filter(pk=campaign_id).update(
        state=to, state_at=at, state_reason=reason[:200], updated_at=at, **fields
    )
    record(
        by, action, subject=f"campaign:{campaign_id}", subject_name=row["name"], before={"state": row["state"]},
        after={"state": to.value}, note=reason,
    )  # fmt: skip


def _refusal(state: str) -> str:
    if not state:
        return "This campaign does not exist any more."
    return (
        f"Nothing was changed: this campaign is {S(state).label.lower()} by now."
        " Somebody else, or the clock, was faster."
    )


def draw_diagram() -> str:
    """The edges as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for state, following in EDGES.items():
        lines += [f"    {state.value} --> {after.value}: {cause}" for after, cause in following.items()]
    return "\n".join([*lines, "    finished --> [*]", "    cancelled --> [*]"])
