"""Is the subject there, short enough, and honest?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.queues import Stream
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection, Sample
from notifications.compose.preflight.places import place_in

LONG = 60  # characters; what a wide window shows
LONGEST = 120

_ANSWER = re.compile(r"\s*(re|aw|wg|fw|fwd|tr|rv)\s*(\[\d+\])?:", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff]")
_WORD = re.compile(r"[^\W\d_]{2,}")


def check(inspection: Inspection) -> Iterator[Finding]:
    for sample in inspection.samples:
        if not sample.fault:
            yield from _check_there(inspection, sample)
    subject = inspection.main.subject
    if subject.strip():
        yield from _check_length(inspection, subject)
        yield from _check_manners(inspection, subject)


def _check_there(inspection: Inspection, sample: Sample) -> Iterator[Finding]:
    if not sample.subject.strip():
        yield _finding(inspection, "subject_empty", Severity.STOP, f"The subject is empty for {sample.who}.",
                       "Give its variables a default, or add words around them.")  # fmt: skip


def _check_length(inspection: Inspection, subject: str) -> Iterator[Finding]:
    if len(subject) > LONG:
        severity = Severity.WARN if len(subject) > LONGEST else Severity.INFORM
        yield _finding(inspection, "subject_long", severity,
                       f"The subject has {len(subject)} characters; phones show about 35, windows {LONG}.",
                       "Put what matters first, and leave out the rest.")  # fmt: skip


def _check_manners(inspection: Inspection, subject: str) -> Iterator[Finding]:
    if _ANSWER.match(subject):
        severity = Severity.STOP if inspection.facts.has_stream(Stream.MARKETING) else Severity.WARN
        yield _finding(inspection, "subject_answer", severity,
                       f"The subject “{subject[:60]}” pretends to be an answer.",
                       "Take the prefix away: it deceives, which law and filters punish.")  # fmt: skip
    words = _WORD.findall(subject)
    if len(words) > 1 and all(word.isupper() for word in words):
        yield _finding(inspection, "subject_capitals", Severity.WARN, "The subject is in capitals only.",
                       "Write it as you would in a letter.")  # fmt: skip
    if re.search(r"[!?]{2,}|(!.*){3}|[$€£]{2,}", subject):
        yield _finding(inspection, "subject_shouting", Severity.WARN, "The subject shouts with its punctuation.",
                       "One mark is enough.")  # fmt: skip
    emoji = _EMOJI.findall(subject)
    if emoji:
        severity = Severity.WARN if len(emoji) > 2 else Severity.INFORM
        yield _finding(inspection, "subject_emoji", severity,
                       f"The subject holds {len(emoji)} emoji; programs draw them differently, or as a box.",
                       "Let the words say it without them.")  # fmt: skip


def _finding(inspection: Inspection, code: str, severity: Severity, sentence: str, mend: str) -> Finding:
    place = place_in(inspection.source.subject)
    return Finding(code=code, severity=severity, sentence=sentence, mend=mend, place=place)
