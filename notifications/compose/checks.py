"""Do the templates in code compile? A system check; cheap enough to run at every start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import checks

from notifications.catalog import secret_paths
from notifications.compose.compilation import compile_source
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.sync import read_file, template_files

ID, WARNING_ID = "compose.E001", "compose.W001"
HINT = "Correct the file, then run `manage.py sync_templates`."


def check_templates(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """An error for each fault in a template file, with its line."""
    messages: list[checks.CheckMessage] = []
    for path in template_files():
        try:
            source = read_file(path)
            compiled = compile_source(source, secrets=secret_paths(source.key))
        except SourceFault as fault:
            messages += _errors(fault.findings)
        else:
            messages += [checks.Warning(str(one), hint=HINT, id=WARNING_ID) for one in compiled.warnings]
    return messages


def _errors(findings: Iterable[Finding]) -> list[checks.Error]:
    return [checks.Error(str(finding), hint=HINT, id=ID) for finding in findings]
