"""Is the mail written in the languages that people read?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection

MANY = 0.2  # of the contacts with a language


def check(inspection: Inspection) -> Iterator[Finding]:
    facts = inspection.facts
    written = {_language(one) for one in (facts.default_locale, *facts.variants)}
    readers: Counter[str] = Counter()
    for locale, count in facts.locales.items():
        readers[_language(locale)] += count
    known = sum(readers.values())
    missing = [(language, count) for language, count in readers.most_common() if language and language not in written]
    if missing:
        share = sum(count for _, count in missing) / known
        told = ", ".join(f"{language} ({count})" for language, count in missing[:8])
        yield Finding(
            code="locale_missing", severity=Severity.WARN if share >= MANY else Severity.INFORM,
            sentence=f"Contacts who read {told} get the mail in {facts.default_locale}.",
            mend="Write it in their language as well, or let the event's payload carry the words.",
        )  # fmt: skip


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()
