"""How does a new version of a template come to be?"""

from __future__ import annotations

from django.db import transaction

from notifications.catalog import secret_paths
from notifications.compose.compilation import Compiled, compile_source, digest_source
from notifications.compose.models import Origin, Template, TemplateVersion
from notifications.compose.publications import (
    UnknownTemplate,
    current_version,
    current_version_id,
    point_at,
    published_keys,
)
from notifications.compose.source import TemplateSource
from tracking.models import Link


def publish(
    template_key: str,
    source: TemplateSource,
    *,
    author: str,
    origin: Origin = Origin.CODE,
    note: str = "",
) -> TemplateVersion:
    """Make a version of the source and send it from now on; the present one if nothing changed.

    Raises SourceFault, and then the last good version stays published.
    """
    secrets = secret_paths(template_key)
    digest = digest_source(source, secrets=secrets)
    if present := _published(source, digest):
        return present
    compiled = compile_source(source, secrets=secrets)
    with transaction.atomic():
        template = _locked(template_key, origin)
        if present := _published(source, digest):
            return present
        version = _make(template, source, compiled, digest=digest, author=author, origin=origin, note=note)
        point_at(version, author=author)
    return version


def make_version(
    source: TemplateSource, *, author: str, origin: Origin = Origin.CONSOLE, note: str = ""
) -> TemplateVersion:
    """A version that is not sent yet: to be looked at, or published at a time. Raises SourceFault."""
    secrets = secret_paths(source.key)
    compiled = compile_source(source, secrets=secrets)
    digest = digest_source(source, secrets=secrets)
    with transaction.atomic():
        template = _locked(source.key, origin)
        return _make(template, source, compiled, digest=digest, author=author, origin=origin, note=note)


def _make(
    template: Template,
    source: TemplateSource,
    compiled: Compiled,
    *,
    digest: str,
    author: str,
    origin: Origin,
    note: str,
) -> TemplateVersion:
    version = TemplateVersion.objects.create(
        template=template,
        number=_next_number(template),
        locale=source.locale,
        origin=origin,
        subject_source=source.subject.text,
        preheader_source=source.preheader.text,
        mjml_source=source.body.text,
        text_source=source.text.text if source.text else "",
        sms_source=source.sms.text if source.sms else "",
        amp_source=source.amp.text if source.amp else "",
        layout=source.layout_name,
        defaults=source.defaults,
        blocks=source.blocks,
        content_digest=digest,
        compiled=compiled.as_json(),
        author=author,
        note=note,
    )
    Link.objects.bulk_create(
        Link(version_id=version.pk, number=number, url=url) for number, url in enumerate(compiled.links, start=1)
    )
    return version


def _published(source: TemplateSource, digest: str) -> TemplateVersion | None:
    """The version that is sent in this locale itself, if it is of this content."""
    versions = TemplateVersion.objects.select_related("template").filter(content_digest=digest)
    return versions.filter(publication__template__key=source.key, publication__locale=source.locale).first()


def _locked(template_key: str, origin: Origin) -> Template:
    name = template_key.replace("-", " ").capitalize()
    Template.objects.get_or_create(key=template_key, defaults={"name": name, "source": origin})
    return Template.objects.select_for_update().get(key=template_key)


def _next_number(template: Template) -> int:
    last = template.versions.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


__all__ = [
    "UnknownTemplate",
    "current_version",
    "current_version_id",
    "make_version",
    "publish",
    "published_keys",
]
