"""May this version go, to these people? What a preflight finds without the network, and what was already looked at.

Publishing asks it, and so may whatever sends a version to an audience: `judge_version(version, audience=…)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from notifications.blank_values import TooSlow, count_blanks, felt, find_variables
from notifications.catalog import secret_paths
from notifications.compose.compilation import Compiled, compile_source
from notifications.compose.drafts.content import DraftContent
from notifications.compose.drafts.source import source_of
from notifications.compose.models import Template, TemplateVersion
from notifications.compose.preflight.findings import Finding, Severity, worst_first
from notifications.compose.preflight.gate import Decision, decide, key_of
from notifications.compose.preflight.models import Acknowledgement, PreflightOverride
from notifications.compose.preflight.running import CONTENT, run
from notifications.compose.source import TemplateSource
from notifications.preflight import inspect_source, inspect_version
from notifications.preflight_readers import CONTACTS, contact_readers, telling_contacts
from preferences.audiences import Audience

APPROVE = "notifications.approve_publication"


def judge_version(version: TemplateVersion, *, audience: Audience | None = None) -> Decision:
    """Whether a version may be sent; to an audience: rendered for some of it, and with all its blanks counted."""
    findings = findings_of_version(version, audience=audience)
    return decide(findings, acknowledged=acknowledged_keys(version.template))


def findings_of_version(version: TemplateVersion, *, audience: Audience | None = None) -> list[Finding]:
    """What stands against a version, the worst first. Asks nothing of the network."""
    readers = contact_readers(version.template.key, _some_of(audience) if audience else telling_contacts())
    found = run(CONTENT, inspect_version(version, readers))
    return worst_first([*found, *_blanks(version, audience)]) if audience else found


def findings_of_draft(content: DraftContent, *, key: str, locale: str) -> list[Finding]:
    """What would stand against what a draft says. Raises SourceFault where it does not compile."""
    source = source_of(content, key=key, locale=locale)
    compiled = compile_source(source, secrets=secret_paths(key))
    return findings_of_source(source, compiled)


def findings_of_source(source: TemplateSource, compiled: Compiled) -> list[Finding]:
    """The same of any source."""
    return run(CONTENT, inspect_source(source, compiled, contact_readers(source.key, telling_contacts())))


def acknowledged_keys(template: Template) -> frozenset[str]:
    """The warnings about a template that somebody has looked at."""
    return frozenset(Acknowledgement.objects.filter(template=template).values_list("key", flat=True))


def acknowledge(template: Template, findings: Iterable[Finding], *, author: str) -> None:
    """Remember that these warnings were looked at."""
    Acknowledgement.objects.bulk_create(
        [
            Acknowledgement(
                template=template, key=key_of(one), code=one.code, sentence=one.sentence[:500], author=author
            )
            for one in findings
            if one.severity == Severity.WARN
        ],
        ignore_conflicts=True,
    )


def record_override(version: TemplateVersion, stops: Sequence[Finding], *, author: str, note: str) -> PreflightOverride:
    """Keep who published it all the same, and why."""
    told = [{"code": one.code, "sentence": one.sentence} for one in stops]
    return PreflightOverride.objects.create(version=version, findings=told, author=author, note=note[:500])


def _some_of(audience: Audience) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM ({audience.sql}) audience LIMIT %s", [*audience.parameters, CONTACTS])
        return [row[0] for row in cursor.fetchall()]


def _blanks(version: TemplateVersion, audience: Audience) -> list[Finding]:
    """Gaps that people of the audience would read, counted over all of it."""
    try:
        report = count_blanks(find_variables(version.compiled, version.defaults), audience)
    except TooSlow:
        return []
    return [
        Finding(
            code="blank", severity=Severity.WARN,
            sentence=f"{{{{ {one.variable.name} }}}} stays blank for {one.count} ({one.percent}) of {audience.label}.",
            mend="Give it a default in the front matter, or write the sentence so that it can do without: {% if … %}.",
        )
        for one in felt(report.blanks)
    ]  # fmt: skip
