"""Which versions does a campaign send, and how do they look to somebody? Pinned when it is approved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from campaigns.models import Campaign
from notifications.compose.locales import locale_chain
from notifications.compose.models import Publication, Template, TemplateVersion
from notifications.delivery.variables import describe, load_people
from notifications.preview import Sample, render_sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What people of one language get; locale "" is everybody else."""

    locale: str
    version: TemplateVersion

    @property
    def name(self) -> str:
        """For reading."""
        return self.locale or "everybody else"


def published_templates() -> Iterable[Template]:
    """Templates that can be sent to everybody, those written on screen first."""
    ids = Publication.objects.filter(locale="").values("template_id")
    return Template.objects.filter(pk__in=ids).order_by("-source", "name")


def contents_of(campaign: Campaign) -> list[Content]:
    """The pinned versions of an approved campaign; of another one those that would be pinned now."""
    if campaign.versions:
        ids = {UUID(one): locale for locale, one in campaign.versions.items()}
        versions = TemplateVersion.objects.select_related("template").in_bulk(list(ids))
        found = [Content(locale=locale, version=versions[pk]) for pk, locale in ids.items() if pk in versions]
    else:
        rows = Publication.objects.filter(template=campaign.template).select_related("version__template")
        found = [Content(locale=one.locale, version=one.version) for one in rows]
    return sorted(found, key=lambda one: one.locale)


def pin(campaign: Campaign) -> dict[str, str]:
    """The versions that are published now, as they are stored with a campaign."""
    rows = Publication.objects.filter(template=campaign.template)
    return {locale: str(version) for locale, version in rows.values_list("locale", "version_id")}


def preview_for(campaign: Campaign, contact_id: int | None) -> tuple[Sample, Content] | None:
    """The mail as a contact would get it, or somebody made up; None without content."""
    contents = {one.locale: one for one in contents_of(campaign)}
    person = load_people([contact_id]).get(contact_id) if contact_id else None
    chain = locale_chain(person.locale) if person else ("",)
    content = next((contents[one] for one in chain if one in contents), None)
    if content is None:
        return None
    variables = {"contact": describe(person), "payload": {}} if person else {"payload": {}}
    return render_sample(content.version, variables), content
