"""Do the templates in code compile? A system check; cheap enough to run at every start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import checks

from notifications.catalog import all_types, secret_paths
from notifications.catalog.channels import SMS
from notifications.compose.compilation import compile_source
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.sync import read_file, template_files

ID, WARNING_ID, SILENT_ID = "compose.E001", "compose.W001", "compose.W002"
HINT = "Correct the file, then run `manage.py sync_templates`."


def check_templates(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each fault in a template file, with its line."""
    messages: list[checks.CheckMessage] = []
    silent: set[str] = set()
    for path in template_files():
        try:
            source = read_file(path)
            silent |= set() if source.sms else {source.key}
            compiled = compile_source(source, secrets=secret_paths(source.key))
        except SourceFault as fault:
            messages += _errors(fault.findings)
        else:
            messages += [checks.Warning(str(one), hint=HINT, id=WARNING_ID) for one in compiled.warnings]
    return [*messages, *_silent_types(silent)]


def _silent_types(templates: set[str]) -> list[checks.CheckMessage]:
    """Types that go as text messages, with templates in code that have no text for one."""
    return [
        checks.Warning(
            f"Notification type {kind.key!r} goes as a text message, but its template `{key}` has no text for one.",
            hint=f"Write {key}.sms.txt beside the template and name it in its front matter: `sms: {key}.sms.txt`.",
            obj=kind, id=SILENT_ID,
        )
        for kind in all_types()
        for key in (kind.template, kind.digest_template)
        if SMS in kind.channels and key in templates
    ]  # fmt: skip


def _errors(findings: Iterable[Finding]) -> list[checks.Error]:
    return [checks.Error(str(finding), hint=HINT, id=ID) for finding in findings]
