"""For whom would something in the mail stay blank?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection

NAMED = 3  # people by name in a sentence


def check(inspection: Inspection) -> Iterator[Finding]:
    """Outputs that write nothing: for real people a warning, for made-up ones good to know."""
    people: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for sample in inspection.samples:
        for blank in sample.blanks:
            people[blank.expression, sample.is_made_up].append(sample.who)
    real = [sample for sample in inspection.samples if not sample.is_made_up]
    reported = set()
    for (expression, is_made_up), who in sorted(people.items(), key=lambda one: one[0][1]):
        if expression in reported:
            continue
        reported.add(expression)
        for_whom = _among(who) if is_made_up else f"{len(who)} of {len(real)} people: {_among(who)}"
        yield Finding(
            code="blank", severity=Severity.INFORM if is_made_up else Severity.WARN,
            place=inspection.places.find_source(r"\{\{-?\s*" + re.escape(expression.split(" | ")[0])),
            sentence=f"{{{{ {expression} }}}} stays blank for {for_whom}.",
            mend="Give it a default in the front matter, or write the sentence so that it can do without: "
            "{% if … %}.",
        )  # fmt: skip


def _among(who: list[str]) -> str:
    rest = len(who) - NAMED
    return ", ".join(who[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
