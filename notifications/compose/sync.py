"""Are the templates in code the ones that are sent?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.conf import settings

from notifications.catalog import secret_paths
from notifications.compose.compilation import compile_source, digest_source
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.models import Origin, Template
from notifications.compose.source import LAYOUTS, TemplateSource, read_template
from notifications.compose.versions import publish

EMAILS = Path("templates") / "emails"
AUTHOR = "sync_templates"


@dataclass(slots=True, kw_only=True)
class Report:
    """What a sync did, or would do."""

    changed: list[str] = field(default_factory=list)  # refs, such as welcome@2; keys on a check
    unchanged: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def email_directories() -> list[Path]:
    """The project's own directory first, then each installed app's, once each."""
    roots = [Path(settings.BASE_DIR), *(Path(app.path) for app in apps.get_app_configs())]
    found = dict.fromkeys((root / EMAILS).resolve() for root in roots)
    return [directory for directory in found if directory.is_dir()]


def template_files() -> Iterator[Path]:
    for directory in email_directories():
        yield from sorted(directory.glob("*.mjml"))


def sync_templates(*, is_check: bool = False) -> Report:
    """Publish every template file that changed; a bad one keeps its last good version."""
    report = Report()
    seen: dict[str, str] = {}
    for path in template_files():
        try:
            _sync_file(path, seen, report, is_check=is_check)
        except SourceFault as fault:
            report.findings += fault.findings
    return report


def read_file(path: Path) -> TemplateSource:
    """A template file of this project; layouts beside it win over the project's."""
    others = [one / LAYOUTS for one in email_directories()]
    return read_template(path, name=_name(path), layouts=[path.parent / LAYOUTS, *others])


def _sync_file(path: Path, seen: dict[str, str], report: Report, *, is_check: bool) -> None:
    if path.stem in seen:
        reason = f"the template `{path.stem}` is already in {seen[path.stem]}"
        raise SourceFault(Finding(file=_name(path), line=1, reason=reason))
    seen[path.stem] = _name(path)
    source = read_file(path)
    present = Template.objects.select_related("published").filter(key=source.key).first()
    if present and present.source == Origin.CONSOLE:
        reason = f"the template `{source.key}` is written in the console; rename the file"
        raise SourceFault(Finding(file=_name(path), line=1, reason=reason))
    secrets = secret_paths(source.key)
    digest = digest_source(source, secrets=secrets)
    if present and present.published and present.published.content_digest == digest:
        report.unchanged.append(source.key)
    elif is_check:
        report.warnings += compile_source(source, secrets=secrets).warnings
        report.changed.append(source.key)
    else:
        report.changed.append(publish(source.key, source, author=AUTHOR).ref)


def _name(path: Path) -> str:
    """The path as a person at the project's root would write it."""
    root = Path(settings.BASE_DIR).resolve()
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
