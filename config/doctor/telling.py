"""How does the doctor talk on a terminal?"""

from __future__ import annotations

import textwrap

from django.conf import settings

from config.doctor.examination import Report
from config.doctor.findings import Finding, Severity, counted

_WIDTH = 100


def summary(report: Report) -> str:
    """The state in one sentence."""
    broken, warnings = report.count(Severity.BROKEN), report.count(Severity.WARNING)
    if broken:
        return f"{counted(broken, 'thing')} broken" + (f", {counted(warnings, 'warning')}" if warnings else "") + "."
    if warnings:
        return f"Nothing is broken; {counted(warnings, 'warning')}."
    return f"All is well: {report.questions} questions, and nothing to mend."


def tell(report: Report) -> str:
    """All findings as text, the worst first."""
    return "\n".join([*(_tell_one(finding) for finding in report.findings), summary(report)])


def _tell_one(finding: Finding) -> str:
    lines = _wrapped(f"{finding.severity.word.upper():<8}{finding.subject}: {finding.what}")
    if finding.mend:
        lines += _wrapped(f"        → {finding.mend}")
    if finding.page:
        lines.append(f"          {settings.POSTRIDER_PUBLIC_URL}{finding.page}")
    return "\n".join([*lines, ""])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 10, break_long_words=False, break_on_hyphens=False)
