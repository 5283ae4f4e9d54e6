"""Was anything lost, doubled or made up? The simulator's journal against the message log. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tracking.models import Message

S = Message.State

_SENT = frozenset({S.SENT, S.DELIVERED})
#: Ends without a hand-over. Each must give its reason.
_ENDED = frozenset({S.SKIPPED, S.FAILED, S.DEAD, S.CANCELLED, S.EXPIRED})
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A message as the log has it."""

    id: UUID
    source: str
    contact_id: int
    event_id: UUID | None
    state: str
    reason: str
    is_possibly_doubled: bool


@dataclass(slots=True, kw_only=True)
class Accepted:
    """What was promised: recipients whose freezing and events whose transaction has committed."""

    recipients: dict[str, set[int]] = field(default_factory=dict)  # by source
    events: set[UUID] = field(default_factory=set)
    doubtful_events: int = 0  # the connection broke during the commit: they may be there or not


@dataclass(slots=True, kw_only=True)
class Findings:
    """Names of what is wrong, by kind; `unknown` and `explained` are not wrong by themselves."""

    lost: list[str] = field(default_factory=list)
    duplicate: list[str] = field(default_factory=list)
    flagged_duplicate: list[str] = field(default_factory=list)
    ghost: list[str] = field(default_factory=list)
    non_terminal: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    explained: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    def examples(self) -> dict[str, list[str]]:
        """The first few of each kind that is wrong, to look them up."""
        wrong = {name: getattr(self, name) for name in ("lost", "duplicate", "ghost", "non_terminal")}
        return {name: found[:_EXAMPLES] for name, found in wrong.items() if found}


def compare(
    accepted: Accepted, log: Iterable[Logged], journal: Mapping[str, int], *, unrouted: Iterable[UUID]
) -> Findings:
    """Hold what was promised and what was logged against what the simulator journaled.

    `journal` maps message ids to how often each was accepted; `unrouted` are events that still wait.
    """
    found = Findings()
    left, caused = dict(journal), set()
    recipients = {source: set(contacts) for source, contacts in accepted.recipients.items()}
    for message in log:
        _judge(message, left.pop(str(message.id), 0), found)
        recipients.get(message.source, set()).discard(message.contact_id)
        caused.add(message.event_id)
    found.ghost += left
    found.lost += [f"{source} to contact {one}" for source, missing in recipients.items() for one in missing]
    waiting = set(unrouted)
    found.non_terminal += [f"event {one}" for one in waiting]
    found.lost += [f"event {one}" for one in accepted.events - caused - waiting]
    return found


def _judge(message: Logged, accepts: int, found: Findings) -> None:
    name = f"{message.id} ({message.state})"
    if accepts > 1:
        (found.flagged_duplicate if message.is_possibly_doubled else found.duplicate).append(f"{name} {accepts} times")
    if message.state in _SENT:
        found.sent += 1
        if not accepts:
            found.lost.append(name)
    elif message.state == S.UNKNOWN:
        found.unknown.append(name)
    elif message.state in _ENDED:
        _judge_end(message, accepts, found)
    else:
        found.non_terminal.append(name)


def _judge_end(message: Logged, accepts: int, found: Findings) -> None:
    """The log says that it never went: then the journal must not have it, and there must be a reason."""
    name = f"{message.id} ({message.state}: {message.reason})"
    if accepts and not message.is_possibly_doubled:
        found.ghost.append(name)
    if message.reason:
        found.explained[f"{message.state}: {message.reason}"] += 1
    else:
        found.lost.append(name)
