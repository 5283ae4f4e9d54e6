"""Where is a segment used? Other segments name it in their rules; others may say that they use one too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from campaigns.models import Segment
from campaigns.segments.tree import walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One thing that uses a segment."""

    label: str
    url: str


_tellers: dict[str, Callable[[list[int]], dict[int, list[Use]]]] = {}


def register_use(name: str, tell: Callable[[list[int]], dict[int, list[Use]]]) -> None:
    """Have `tell` asked which of these segments are used, by id; registering a name again replaces it."""
    _tellers[name] = tell


def find_uses(ids: Iterable[int]) -> dict[int, list[Use]]:
    """Who uses these segments, by id."""
    wanted = list(ids)
    found: dict[int, list[Use]] = {one: [] for one in wanted}
    for tell in (_in_segments, *_tellers.values()):
        for one, uses in tell(wanted).items():
            found[one] += uses
    return found


def _in_segments(ids: list[int]) -> dict[int, list[Use]]:
    from django.urls import reverse

    found: dict[int, list[Use]] = {}
    for segment in Segment.objects.filter(archived_at=None):
        for one in named_in(segment.rule) & set(ids):
            use = Use(label=f"segment {segment.name}", url=reverse("campaigns:segment", args=[segment.pk]))
            found.setdefault(one, []).append(use)
    return found


def named_in(rule: object) -> set[int]:
    """The segments that a rule names."""
    root = rule.get("root") if isinstance(rule, dict) else None
    parts = (part for _, part in walk(root) if isinstance(part, dict) and part.get("type") == "segment")
    return {part["segment"] for part in parts if isinstance(part.get("segment"), int)}
