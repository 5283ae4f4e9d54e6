"""For whom would something in the mail stay blank?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.variables import ROOTS, variables_of

NAMED = 3  # people by name in a sentence

_NAME = re.compile(r"\w+")
_OF_CONTACT = re.compile(r"\bcontact\b")


def check(inspection: Inspection) -> Iterator[Finding]:
    """Outputs that write nothing: a warning where people's own values are missing, else good to know."""
    real = sum(not sample.is_made_up for sample in inspection.samples)
    reported = set()
    for (expression, is_made_up), who in sorted(_gather(inspection).items(), key=lambda one: one[0][1]):
        if expression not in reported:
            reported.add(expression)
            for_whom = _among(who) if is_made_up else f"{len(who)} of {real} people: {_among(who)}"
            yield _finding(inspection, expression, for_whom, is_made_up=is_made_up)


def _gather(inspection: Inspection) -> dict[tuple[str, bool], list[str]]:
    """(expression, of made-up people) → who. A real person's payload is made up as well: what it lacks says nothing
    of them."""
    people: dict[tuple[str, bool], list[str]] = defaultdict(list)
    unknown = _unknown_names(inspection)
    for sample in inspection.samples:
        for expression in (blank.expression for blank in sample.blanks):
            name = _NAME.match(expression)
            is_theirs = sample.is_made_up or _OF_CONTACT.search(expression) is not None
            if is_theirs and not (name and name.group() in unknown):
                people[expression, sample.is_made_up].append(sample.who)
    return people


def _unknown_names(inspection: Inspection) -> set[str]:
    """Names whose values nobody knows: they are reported as such. So is the payload where no type uses the template."""
    names = {str(path[0]) for path in variables_of(inspection)} - set(ROOTS)
    return names if inspection.facts.kinds else names | {"payload"}


def _finding(inspection: Inspection, expression: str, for_whom: str, *, is_made_up: bool) -> Finding:
    return Finding(
        code="blank",
        severity=Severity.INFORM if is_made_up else Severity.WARN,
        place=inspection.places.find_source(r"\{\{-?\s*" + re.escape(expression.split(" | ", maxsplit=1)[0])),
        sentence=f"{{{{ {expression} }}}} stays blank for {for_whom}.",
        mend="Give it a default, under “Layout, defaults, text part” or in a file's front matter, or write the "
        "sentence so that it can do without: {% if … %}.",
    )


def _among(who: list[str]) -> str:
    rest = len(who) - NAMED
    return ", ".join(who[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
