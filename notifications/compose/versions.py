"""How does a new version of a template come to be?"""

from __future__ import annotations

from django.db import transaction

from config.ids import new_id
from notifications.catalog import secret_paths
from notifications.compose.brands.choosing import values_for
from notifications.compose.brands.reading import read_paths
from notifications.compose.brands.values import Values, complete
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
    digest, brand = digest_source(source, secrets=secrets), values_for(source)
    if present := _published(source, digest, brand):
        return present
    compiled = compile_source(source, secrets=secrets)
    with transaction.atomic():
        template = _locked(template_key, origin)
        if present := _published(source, digest, brand):
            return present
        version = _make(template, source, compiled, digest=digest, brand=brand, author=author, origin=origin, note=note)
        point_at(version, author=author)
    return version


def make_version(
    source: TemplateSource, *, author: str, origin: Origin = Origin.CONSOLE, note: str = ""
) -> TemplateVersion:
    """A version that is not sent yet: to be looked at, or published at a time. Raises SourceFault."""
    secrets = secret_paths(source.key)
    compiled = compile_source(source, secrets=secrets)
    digest, brand = digest_source(source, secrets=secrets), values_for(source)
    with transaction.atomic():
        template = _locked(source.key, origin)
        return _make(template, source, compiled, digest=digest, brand=brand, author=author, origin=origin, note=note)


def repeat_version(version: TemplateVersion, *, brand: Values, author: str, note: str) -> TemplateVersion:
    """The same once more as its brand is now, not sent yet. For a caller that holds the lock on the template.

    Nothing is compiled: what was looked at and published stays so, down to the layout it was made with.
    """
    kept = {one.attname: getattr(version, one.attname) for one in TemplateVersion._meta.concrete_fields}
    given = {"id": new_id(), "number": next_number(version.template), "brand": brand, "author": author, "note": note}
    paths = read_paths(version.compiled) if version.brand_paths is None else version.brand_paths
    made = TemplateVersion.objects.create(**{**kept, **given, "brand_paths": paths, "created_at": None})
    add_links(made)
    return made


def _make(
    template: Template,
    source: TemplateSource,
    compiled: Compiled,
    *,
    digest: str,
    brand: Values,
    author: str,
    origin: Origin,
    note: str,
) -> TemplateVersion:
    version = TemplateVersion.objects.create(
        template=template,
        number=next_number(template),
        locale=source.locale,
        origin=origin,
        subject_source=source.subject.text,
        preheader_source=source.preheader.text,
        mjml_source=source.body.text,
        text_source=source.text.text if source.text else "",
        sms_source=source.sms.text if source.sms else "",
        amp_source=source.amp.text if source.amp else "",
        layout=source.layout_name,
        brand_key=source.brand,
        brand=brand,
        brand_paths=read_paths(compiled.as_json()),
        defaults=source.defaults,
        blocks=source.blocks,
        content_digest=digest,
        compiled=compiled.as_json(),
        author=author,
        note=note,
    )
    add_links(version)
    return version


def add_links(version: TemplateVersion) -> None:
    """The rows that clicks in mails of a new version are counted by."""
    links = enumerate(version.compiled["links"], start=1)
    Link.objects.bulk_create(Link(version_id=version.pk, number=number, url=url) for number, url in links)


def _published(source: TemplateSource, digest: str, brand: Values) -> TemplateVersion | None:
    """The version that is sent in this locale itself, if it is of this content and of the brand as it is."""
    versions = TemplateVersion.objects.select_related("template").filter(content_digest=digest)
    sent = versions.filter(publication__template__key=source.key, publication__locale=source.locale).first()
    return sent if sent and complete(sent.brand) == complete(brand) else None


def _locked(template_key: str, origin: Origin) -> Template:
    name = template_key.replace("-", " ").capitalize()
    Template.objects.get_or_create(key=template_key, defaults={"name": name, "source": origin})
    return Template.objects.select_for_update().get(key=template_key)


def next_number(template: Template) -> int:
    """For a caller that holds the lock on the template."""
    last = template.versions.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


__all__ = [
    "UnknownTemplate",
    "add_links",
    "current_version",
    "current_version_id",
    "make_version",
    "next_number",
    "publish",
    "published_keys",
]
