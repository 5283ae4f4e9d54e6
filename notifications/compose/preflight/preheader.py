"""Does the line beside the subject say something that the subject does not?"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from config.queues import Stream
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.places import place_in
from notifications.compose.preflight.watching import evaluate

LONGEST = 150  # characters; nothing shows more
ALIKE = 0.85


def check(inspection: Inspection) -> Iterator[Finding]:
    written = inspection.source.preheader
    shown = " ".join(evaluate(written.text, inspection.main.variables).split()) if written.text else ""
    if not shown:
        is_marketing = inspection.facts.has_stream(Stream.MARKETING)
        yield Finding(
            code="preheader_missing", severity=Severity.WARN if is_marketing else Severity.INFORM,
            sentence="There is no preheader, so mail programs show the first words of the mail beside the subject.",
            mend="Add a line `preheader: …` to the front matter: a reason to open the mail.",
        )  # fmt: skip
        return
    if _is_alike(shown, inspection.main.subject):
        yield _finding(inspection, "preheader_repeated", Severity.WARN, "The preheader repeats the subject.",
                       "Say what the subject does not.")  # fmt: skip
    elif _is_alike(shown, _first_words(inspection, len(shown))):
        yield _finding(inspection, "preheader_repeated", Severity.INFORM, "The preheader repeats how the mail begins.",
                       "Say something more.")  # fmt: skip
    if len(shown) > LONGEST:
        yield _finding(inspection, "preheader_long", Severity.INFORM,
                       f"The preheader has {len(shown)} characters; at most {LONGEST} are shown.",
                       "Shorten it; put what matters first.")  # fmt: skip


def _first_words(inspection: Inspection, length: int) -> str:
    return inspection.document.words()[:length]


def _is_alike(one: str, other: str) -> bool:
    one, other = one.casefold().strip(" .!?…"), " ".join(other.split()).casefold().strip(" .!?…")
    return bool(one) and SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE


def _finding(inspection: Inspection, code: str, severity: Severity, sentence: str, mend: str) -> Finding:
    place = place_in(inspection.source.preheader)
    return Finding(code=code, severity=severity, sentence=sentence, mend=mend, place=place)
