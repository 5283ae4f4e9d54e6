"""Who did it? The only writer of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from campaigns.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of staff, or (without an id) the clock."""

    id: int | None = None
    name: str = ""


CLOCK = Actor()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one person did, once or several times in a row; of those the latest entry."""

    entry: AuditEntry
    times: int


def read_trail(subject: str, *, most: int = 8) -> list[Step]:
    """The latest steps, newest first. A draft is saved with each change, so edits in a row are one step."""
    newest = AuditEntry.objects.filter(subject=subject)[: most * 10]
    rows = groupby(newest, key=lambda one: (one.actor, one.action, one.note))
    return [Step(entry=next(same), times=1 + sum(1 for _ in same)) for _key, same in islice(rows, most)]


def record(
    actor: Actor,
    action: str,
    *,
    subject: str,
    subject_name: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one entry, in the caller's transaction; of `before` and `after` only what differs is kept."""
    before, after = before or {}, after or {}
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return AuditEntry.objects.create(
        actor_id=actor.id, actor=actor.name[:150], subject=subject, subject_name=subject_name[:200], action=action,
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed if name in after}, note=note[:300],
    )  # fmt: skip
