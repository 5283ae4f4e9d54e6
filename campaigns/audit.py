"""Who did it? The only writer of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A member of staff, or (without an id) the clock."""

    id: int | None = None
    name: str = ""


CLOCK = Actor()


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
