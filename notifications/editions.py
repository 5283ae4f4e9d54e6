"""Which states of a template can be looked at, tested and measured? Its drafts, what is sent, and newer versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notifications.catalog import secret_paths
from notifications.compose.brands.choosing import values_for
from notifications.compose.brands.values import Values, complete
from notifications.compose.compilation import compile_source
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.drafts.saving import content_at
from notifications.compose.drafts.source import source_of
from notifications.compose.models import Template, TemplateVersion

SHOWN_VERSIONS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A draft or version: its compiled documents, and how people call it."""

    template: Template
    ref: str
    locale: str
    layout: str
    compiled: Mapping[str, Any]
    defaults: Mapping[str, Any]
    brand: Values  # what its brand says, which a version has kept


def offer_editions(template: Template) -> list[tuple[str, str]]:
    """Name and words of each, for a field to choose from: drafts first, then what is sent, then the newest versions."""
    drafts = TemplateDraft.objects.filter(template=template)
    sent = [one.version for one in template.publications.select_related("version__template")]
    newest = template.versions.filter(base=None).select_related("template").defer("compiled", "blocks")[:SHOWN_VERSIONS]
    are_sent = {one.pk for one in sent}
    versions = {one.pk: one for one in (*sent, *newest)}.values()
    return [
        *((f"draft-{one.pk}", _("The draft %(locale)s") % {"locale": one.locale}) for one in drafts),
        *((f"version-{one.number}", _words(one, is_sent=one.pk in are_sent)) for one in versions),
    ]


def find_edition(template: Template, name: str) -> Edition | None:
    """The one with this name; None where there is none. Raises SourceFault where a draft does not compile."""
    kind, _dash, number = name.partition("-")
    if not number.isdecimal() or len(number) > 18:
        return None
    if kind == "draft":
        draft = TemplateDraft.objects.select_related("template").filter(pk=number, template=template).first()
        return edition_of_draft(draft) if draft else None
    versions = TemplateVersion.objects.select_related("template")
    version = versions.filter(template=template, number=number).first()
    return edition_of_version(version) if version else None


def edition_of_version(version: TemplateVersion) -> Edition:
    """What a version says."""
    return Edition(
        template=version.template, ref=version.ref, locale=version.locale, layout=version.layout,
        compiled=version.compiled, defaults=version.defaults, brand=complete(version.brand),
    )  # fmt: skip


def edition_of_draft(draft: TemplateDraft) -> Edition:
    """What a draft says now, finished or not. Raises SourceFault where it does not compile."""
    source = source_of(content_at(draft), key=draft.template.key, locale=draft.locale)
    compiled = compile_source(source, secrets=secret_paths(source.key))
    ref = f"{draft.template.key} {draft.locale or 'draft'}, revision {draft.revision}"[-80:]
    return Edition(
        template=draft.template, ref=ref, locale=draft.locale, layout=source.layout_name, compiled=compiled.as_json(),
        defaults=source.defaults, brand=values_for(source),
    )  # fmt: skip


def _words(version: TemplateVersion, *, is_sent: bool) -> str:
    return f"{version.ref} {version.locale}".strip() + (_(", sent now") if is_sent else "")
