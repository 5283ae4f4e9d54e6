"""How is a rule said in one sentence?"""

from __future__ import annotations

from campaigns.segments.conditions.base import Condition
from campaigns.segments.known import Known
from campaigns.segments.tree import Group, Rule


def read_aloud(rule: Rule | None, known: Known) -> str:
    """ "Everyone who is active, and whose plan is “pro”." Raises BadRule."""
    if rule is None or not rule.root.rules:
        return "Everyone."
    words = _say_group(rule.root, known)
    start = "Everyone except those" if rule.root.match == "none" else "Everyone"
    return f"{start} {words}."


def _say_group(group: Group, known: Known) -> str:
    between = ", and " if group.match == "all" else ", or "
    is_alone = len(group.rules) == 1
    return between.join(_say_part(one, known, is_alone=is_alone) for one in group.rules)


def _say_part(part: Group | Condition, known: Known, *, is_alone: bool) -> str:
    if not isinstance(part, Group):
        return part.say(known)
    words = _say_group(part, known)
    if part.match == "none":
        return f"but not those ({words})"
    return words if is_alone or len(part.rules) == 1 else f"({words})"
