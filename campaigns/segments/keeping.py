"""How is a segment saved, put away, brought back and copied? The only writer of segments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from campaigns.models import Segment
from campaigns.segments.faults import BadRule
from campaigns.segments.selection import select_people
from campaigns.segments.usage import find_uses


class InUse(RuntimeError):
    """The segment is used, so it cannot be deleted; the message says by what."""


def save_segment(
    segment: Segment, rule: dict[str, Any], *, name: str, description: str, by: int | None, at: datetime
) -> Segment:
    """Write a rule that can be read, under a name that is free. `by` is a user's id. Raises BadRule."""
    if not name.strip():
        raise BadRule("Give the segment a name.")
    inside = (segment.pk,) if segment.pk else ()
    select_people(rule, at=at, inside=inside)
    segment.name, segment.description, segment.rule = name.strip()[:120], description.strip()[:300], rule
    if segment.pk is None:
        segment.created_by_id = by
    segment.updated_at = Now()
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise BadRule(f"There is a segment “{segment.name}” already. Choose another name.") from None
    return segment


def copy_segment(segment: Segment, *, by: int | None) -> Segment:
    """Another one with the same rule, under a name of its own."""
    name = free_name(f"{segment.name[:100]} (2)")
    return Segment.objects.create(name=name, description=segment.description, rule=segment.rule, created_by_id=by)


def free_name(wanted: str) -> str:
    """The name itself where it is free, else with a number behind it."""
    start = wanted.strip()[:120]
    base = start.removesuffix(" (2)")[:110]
    taken = set(Segment.objects.filter(name__startswith=base).values_list("name", flat=True))
    names = (f"{base} ({number})" for number in range(2, len(taken) + 3))
    return start if start not in taken else next(one for one in names if one not in taken)


def archive_segment(segment: Segment) -> None:
    """Put it away: who uses it is told so; it can be brought back."""
    Segment.objects.filter(pk=segment.pk, archived_at=None).update(archived_at=Now())


def restore_segment(segment: Segment) -> None:
    """Bring it back."""
    Segment.objects.filter(pk=segment.pk).update(archived_at=None)


@transaction.atomic
def delete_segment(segment: Segment) -> None:
    """Delete it with its sizes. Raises InUse where something uses it."""
    Segment.objects.select_for_update().get(pk=segment.pk)
    if uses := find_uses([segment.pk])[segment.pk]:
        raise InUse(f"It is used by {', '.join(one.label for one in uses[:3])}. Archive it instead.")
    segment.delete()
