"""What are the rules of a topic that a type names?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from notifications.catalog import all_types
from preferences.models import Topic

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class TopicRule:
    """Whether people get a topic without asking for it."""

    is_default_on: bool


def topic_rule(key: str) -> TopicRule:
    """The rule of a topic, remembered for some seconds; "" and unknown topics are on."""
    return _rule(key, int(time.monotonic() / _SECONDS)) if key else TopicRule(True)


def ensure_topics() -> list[str]:
    """Make a topic for each key that types name and nobody made yet; return the new keys."""
    wanted = {kind.topic for kind in all_types() if kind.topic}
    missing = sorted(wanted - set(Topic.objects.filter(key__in=wanted).values_list("key", flat=True)))
    Topic.objects.bulk_create(
        [Topic(key=key, name=key.replace("-", " ").replace("_", " ").capitalize()) for key in missing],
        ignore_conflicts=True,
    )
    return missing


@lru_cache(maxsize=256)
def _rule(key: str, _moment: int) -> TopicRule:
    known = Topic.objects.filter(key=key).values_list("is_default_on", flat=True).first()
    return TopicRule(True if known is None else known)
