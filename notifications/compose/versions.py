"""Which version of a template is sent, and how does a new one come to be?"""

from __future__ import annotations

from functools import lru_cache
from time import monotonic
from uuid import UUID

from django.db import transaction
from django.db.models import F

from notifications.catalog import secret_paths
from notifications.compose.compilation import Compiled, compile_source, digest_source
from notifications.compose.models import Origin, Template, TemplateVersion
from notifications.compose.source import TemplateSource
from tracking.models import Link

CACHE_SECONDS = 5  # how long a worker may go on with the version before


class UnknownTemplate(LookupError):
    """No version of a template with this key has been published."""


def current_version_id(template_key: str, locale: str = "") -> UUID:
    """The published version. Remembered for a few seconds. Raises UnknownTemplate.

    `locale` is for translated versions; there is one for all locales so far.
    """
    return _current_version_id(template_key, int(monotonic() / CACHE_SECONDS))


@lru_cache(maxsize=1024)
def _current_version_id(template_key: str, _moment: int) -> UUID:
    published = Template.objects.filter(key=template_key, published__isnull=False)
    version_id = published.values_list("published_id", flat=True).first()
    if version_id is None:
        raise UnknownTemplate(template_key)
    return version_id


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
    if present := _published(template_key, digest):
        return present
    compiled = compile_source(source, secrets=secrets)
    with transaction.atomic():
        template = _locked(template_key, origin)
        if present := _published(template_key, digest):
            return present
        version = TemplateVersion.objects.create(
            template=template,
            number=_next_number(template),
            subject_source=source.subject.text,
            preheader_source=source.preheader.text,
            mjml_source=source.body.text,
            text_source=source.text.text if source.text else "",
            sms_source=source.sms.text if source.sms else "",
            layout=source.layout_name,
            defaults=source.defaults,
            content_digest=digest,
            compiled=compiled.as_json(),
            author=author,
            note=note,
        )
        _number_links(version, compiled)
        template.published = version
        template.save(update_fields=["published", "updated_at"])
    transaction.on_commit(_current_version_id.cache_clear)
    return version


def _published(template_key: str, digest: str) -> TemplateVersion | None:
    versions = TemplateVersion.objects.select_related("template")
    return versions.filter(template__key=template_key, template__published_id=F("pk"), content_digest=digest).first()


def _locked(template_key: str, origin: Origin) -> Template:
    name = template_key.replace("-", " ").capitalize()
    Template.objects.get_or_create(key=template_key, defaults={"name": name, "source": origin})
    return Template.objects.select_for_update().get(key=template_key)


def _next_number(template: Template) -> int:
    last = template.versions.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _number_links(version: TemplateVersion, compiled: Compiled) -> None:
    Link.objects.bulk_create(
        Link(version_id=version.pk, number=number, url=url) for number, url in enumerate(compiled.links, start=1)
    )
