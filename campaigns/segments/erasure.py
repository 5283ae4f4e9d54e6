"""How does a rule forget a person? An address that somebody wrote into a condition goes with its owner."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from campaigns.models import Segment
from preferences.holdings import Holding, Traces, register_holding

FORGOTTEN = "erased"


def register() -> None:
    """Have the rules of segments looked through."""
    register_holding(Holding(name="segment rules", erase=erase_from_rules))


def erase_from_rules(traces: Traces, limit: int) -> int:
    """Put `FORGOTTEN` in the place of the person's texts, in rules and in what segments are for; of how many."""
    if not traces.texts:
        return 0
    named = Q()
    for text in traces.texts:
        named |= Q(written__icontains=text) | Q(name__icontains=text) | Q(description__icontains=text)
    found = list(Segment.objects.annotate(written=Cast("rule", TextField())).filter(named).order_by("pk")[:limit])
    wanted = re.compile("|".join(map(re.escape, traces.texts)), re.IGNORECASE)
    for segment in found:
        segment.rule, segment.name = _without(segment.rule, wanted), wanted.sub(FORGOTTEN, segment.name)
        segment.description = wanted.sub(FORGOTTEN, segment.description)
        if Segment.objects.filter(name=segment.name).exclude(pk=segment.pk).exists():
            segment.name = f"{segment.name[:100]} ({segment.pk})"
        segment.save(update_fields=["rule", "name", "description"])
    return len(found)


def _without(value: Any, wanted: re.Pattern[str]) -> Any:
    match value:
        case dict():
            return {key: _without(one, wanted) for key, one in value.items()}
        case list():
            return [_without(one, wanted) for one in value]
        case str():
            return wanted.sub(FORGOTTEN, value)
    return value
