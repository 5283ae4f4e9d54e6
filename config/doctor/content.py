"""Are the templates in code the ones that are sent, and has each type one?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.doctor.findings import Finding, Severity, listed, page
from notifications.catalog import all_types
from notifications.compose.sync import sync_templates
from notifications.compose.versions import published_keys

SUBJECT = "Templates"


def find_missing_templates(at: datetime) -> Iterator[Finding]:
    """Which types would fail, because nobody published their template?"""
    published = published_keys()
    if missing := [kind.key for kind in all_types() if kind.template not in published]:
        yield Finding(
            severity=Severity.BROKEN, subject=SUBJECT, page=page("notifications:types"),
            what=f"Mails of these types fail, because their template was never published: {listed(missing)}.",
            mend="Run: manage.py sync_templates",
        )  # fmt: skip


def find_unpublished_changes(at: datetime) -> Iterator[Finding]:
    """Do files differ from what is sent?"""
    report = sync_templates(is_check=True)
    if report.changed:
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=page("admin:notifications_template_changelist"),
            what=f"Template files differ from what is sent: {listed(report.changed)}.",
            mend="Run: manage.py sync_templates (a deploy should do it).",
        )  # fmt: skip
    if faults := [str(finding) for finding in report.findings]:
        yield Finding(
            severity=Severity.WARNING, subject=SUBJECT, page=page("admin:notifications_template_changelist"),
            what=f"Template files have faults, so their last good version is sent: {listed(faults, 3)}.",
            mend="Correct the files, then run: manage.py sync_templates",
        )  # fmt: skip
