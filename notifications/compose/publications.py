"""Which version of a template is sent, in which language, and from when?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from time import monotonic
from uuid import UUID

from django.db import transaction

from notifications.compose.locales import locale_chain
from notifications.compose.models import PlannedPublication, Publication, Template, TemplateVersion

CACHE_SECONDS = 5  # how long a worker may go on with the version before


class UnknownTemplate(LookupError):
    """No version of a template with this key has been published."""


def current_version_id(template_key: str, locale: str = "") -> UUID:
    """The published version that comes nearest to a locale. Remembered for a few seconds. Raises UnknownTemplate."""
    published = _published_versions(template_key, int(monotonic() / CACHE_SECONDS))
    for one in locale_chain(locale):
        if one in published:
            return published[one]
    raise UnknownTemplate(template_key)


def current_version(template_key: str, locale: str = "") -> TemplateVersion:
    """The same, as its row."""
    return TemplateVersion.objects.select_related("template").get(pk=current_version_id(template_key, locale))


@lru_cache(maxsize=1024)
def _published_versions(template_key: str, _moment: int) -> Mapping[str, UUID]:
    published = Publication.objects.filter(template__key=template_key)
    return dict(published.values_list("locale", "version_id"))


def published_keys() -> set[str]:
    """The templates that can be sent to everybody."""
    return set(Publication.objects.filter(locale="").values_list("template__key", flat=True))


@transaction.atomic
def publish_version(version: TemplateVersion, *, author: str) -> Publication:
    """Send this version from now on to the people of its locale; an older one too: that is how to roll back."""
    Template.objects.select_for_update().get(pk=version.template_id)
    return point_at(version, author=author)


def point_at(version: TemplateVersion, *, author: str) -> Publication:
    """The same for a caller that holds the lock on the template."""
    publication, _ = Publication.objects.update_or_create(
        template_id=version.template_id, locale=version.locale, defaults={"version": version, "author": author}
    )
    Template.objects.filter(pk=version.template_id).update(updated_at=publication.published_at)
    transaction.on_commit(_published_versions.cache_clear)
    return publication


@transaction.atomic
def withdraw(template_key: str, locale: str) -> None:
    """Send people of a locale what everybody else gets. Raises ValueError for the locale that is for everybody."""
    if not locale:
        raise ValueError("what is for everybody cannot be withdrawn, only replaced")
    Publication.objects.filter(template__key=template_key, locale=locale).delete()
    transaction.on_commit(_published_versions.cache_clear)


@transaction.atomic
def plan_publication(version: TemplateVersion, *, due_at: datetime, author: str) -> PlannedPublication:
    """Publish it at that time; what was planned for the same template and locale is called off."""
    Template.objects.select_for_update().get(pk=version.template_id)
    call_off(version.template, version.locale)
    return PlannedPublication.objects.create(version=version, due_at=due_at, author=author)


def call_off(template: Template, locale: str) -> int:
    """Forget what is planned for a template's locale; how many plans there were."""
    planned = PlannedPublication.objects.filter(version__template=template, version__locale=locale)
    return planned.delete()[0]


@transaction.atomic
def publish_due(*, at: datetime) -> int:
    """A sweep: publish what is due, in order. A plan is deleted with the publication, so it happens once."""
    due = PlannedPublication.objects.filter(due_at__lte=at).select_related("version__template").order_by("due_at", "pk")
    plans = list(due.select_for_update(of=("self",), skip_locked=True)[:100])
    for plan in plans:
        publish_version(plan.version, author=plan.author)
        plan.delete()
    return len(plans)
