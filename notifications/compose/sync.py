"""Are the templates in code the ones that are sent?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.apps import apps
from django.conf import settings

from notifications.catalog import secret_paths
from notifications.compose.compilation import compile_source, digest_source
from notifications.compose.drift import HELD, Standing, standing_of
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.models import Origin, Publication, Template
from notifications.compose.publications import withdraw
from notifications.compose.source import LAYOUTS, TemplateSource, read_template, split_stem
from notifications.compose.versions import publish

EMAILS = Path("templates") / "emails"
AUTHOR = "sync_templates"


@dataclass(slots=True, kw_only=True)
class Report:
    """What a sync did, or would do."""

    changed: list[str] = field(default_factory=list)  # refs, such as welcome@2; keys on a check
    unchanged: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)  # files that are not what is sent, and stay so, with the reason
    withdrawn: list[str] = field(default_factory=list)  # variants whose file is gone
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


def sync_templates(*, is_check: bool = False, reclaim: Collection[str] = ()) -> Report:
    """Publish every template file that changed; a bad one keeps its last good version.

    Where the console's version is sent, or an older one was published again, the file waits until it changes
    or its key is in `reclaim`.
    """
    report = Report()
    seen: dict[tuple[str, str], str] = {}
    for path in template_files():
        try:
            _sync_file(path, seen, report, is_check=is_check, reclaim=reclaim)
        except SourceFault as fault:
            report.findings += fault.findings
    _withdraw_deleted(seen, report, is_check=is_check)
    return report


def read_file(path: Path) -> TemplateSource:
    """A template file of this project; layouts beside it win over the project's."""
    return read_template(path, name=_name(path), layouts=[path.parent / LAYOUTS, *layout_directories()])


def layout_directories() -> list[Path]:
    """Where layouts lie; the first one wins."""
    return [one / LAYOUTS for one in email_directories()]


def layout_names() -> list[str]:
    """The layouts that a template written in the console may choose from."""
    return sorted({path.stem for one in layout_directories() for path in one.glob("*.mjml")})


def _sync_file(
    path: Path, seen: dict[tuple[str, str], str], report: Report, *, is_check: bool, reclaim: Collection[str]
) -> None:
    place = split_stem(path.stem, name=_name(path))
    if place in seen:
        reason = f"the template `{path.stem}` is already in {seen[place]}"
        raise SourceFault(Finding(file=_name(path), line=1, reason=reason))
    seen[place] = _name(path)
    key, locale = place
    if locale and not any((one / f"{key}.mjml").is_file() for one in email_directories()):
        reason = f"a variant for {locale} needs `{key}.mjml`, for everybody else"
        raise SourceFault(Finding(file=_name(path), line=1, reason=reason))
    _sync_source(read_file(path), report, is_check=is_check, is_reclaimed=key in reclaim)


def _sync_source(source: TemplateSource, report: Report, *, is_check: bool, is_reclaimed: bool) -> None:
    secrets = secret_paths(source.key)
    digest = digest_source(source, secrets=secrets)
    standing = standing_of(source, digest)
    if standing is Standing.SENT:
        report.unchanged.append(_label(source))
    elif standing in HELD and not is_reclaimed:
        report.held.append(f"{_label(source)}: {HELD[standing]}")
    elif is_check:
        report.warnings += compile_source(source, secrets=secrets).warnings
        report.changed.append(_label(source))
    else:
        report.changed.append(publish(source.key, source, author=AUTHOR).ref)
        if is_reclaimed:
            Template.objects.filter(key=source.key).update(source=Origin.CODE)


def _withdraw_deleted(seen: Collection[tuple[str, str]], report: Report, *, is_check: bool) -> None:
    """Variants whose file is gone, while the template's own file is there."""
    keys = {key for key, _ in seen}
    variants = Publication.objects.filter(version__origin=Origin.CODE, template__key__in=keys).exclude(locale="")
    for key, locale in list(variants.values_list("template__key", "locale")):
        if (key, locale) not in seen:
            report.withdrawn.append(f"{key}.{locale}")
            if not is_check:
                withdraw(key, locale)


def _label(source: TemplateSource) -> str:
    return f"{source.key}.{source.locale}" if source.locale else source.key


def _name(path: Path) -> str:
    """The path as a person at the project's root would write it."""
    root = Path(settings.BASE_DIR).resolve()
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
