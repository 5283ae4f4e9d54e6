"""Which versions does a campaign send, and how do they look to somebody? Pinned when it is approved."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from campaigns.models import Campaign
from campaigns.variants.plan import LETTERS, Variant, pinned_versions, template_of, variants_of
from notifications.compose.locales import locale_chain
from notifications.compose.models import Publication, Template, TemplateVersion
from notifications.compose.retitling import keep_retitled, retitle
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


def published_templates() -> QuerySet[Template]:
    """Templates that can be sent to everybody, those written on screen first."""
    ids = Publication.objects.filter(locale="").values("template_id")
    return Template.objects.filter(pk__in=ids).order_by("-source", "name")


def published_subjects(template_id: int | None) -> dict[str, str]:
    """The subject of each language that a template is published in."""
    rows = Publication.objects.filter(template=template_id)
    return dict(rows.values_list("locale", "version__subject_source"))


def contents_of(campaign: Campaign, variant: str = LETTERS[0]) -> list[Content]:
    """A variant's pinned versions of an approved campaign; of another one those that would be pinned now."""
    pinned = pinned_versions(campaign).get(variant) if campaign.versions else None
    if pinned is not None:
        ids = {UUID(one): locale for locale, one in pinned.items()}
        versions = TemplateVersion.objects.select_related("template").in_bulk(list(ids))
        found = [Content(locale=locale, version=versions[pk]) for pk, locale in ids.items() if pk in versions]
    else:
        one = next(one for one in variants_of(campaign) if one.key == variant)
        found = [
            Content(locale=locale, version=_retitled(version, one))
            for locale, version in _published(campaign, one).items()
        ]
    return sorted(found, key=lambda one: one.locale)


def _published(campaign: Campaign, variant: Variant) -> dict[str, TemplateVersion]:
    rows = Publication.objects.filter(template=template_of(campaign, variant))
    return {one.locale: one.version for one in rows.select_related("version__template")}


def _retitled(version: TemplateVersion, variant: Variant) -> TemplateVersion:
    subject = variant.subjects.get(version.locale, "")
    return version if not subject or subject == version.subject_source else retitle(version, subject)


def pin(campaign: Campaign, *, author: str = "") -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The versions that are published now, as they are stored with a campaign: of A, and of the further variants.

    What has a subject of its own becomes a version of its own, once.
    """
    note = f"Subject of the campaign “{campaign.name}”"
    pinned = {
        one.key: {
            content.locale: str(_keep(content.version, author=author, note=note))
            for content in contents_of(campaign, one.key)
        }
        for one in variants_of(campaign)
    }
    return pinned.pop(LETTERS[0]), pinned


def _keep(version: TemplateVersion, *, author: str, note: str) -> UUID:
    if not version._state.adding:
        return version.pk
    assert version.base is not None  # what is not saved was only given another subject
    return keep_retitled(version.base, version.subject_source, author=author, note=note).pk


def preview_for(campaign: Campaign, contact_id: int | None, variant: str = LETTERS[0]) -> tuple[Sample, Content] | None:
    """The mail as a contact would get it, or somebody made up; None without content."""
    contents = {one.locale: one for one in contents_of(campaign, variant)}
    person = load_people([contact_id]).get(contact_id) if contact_id else None
    chain = locale_chain(person.locale) if person else ("",)
    content = next((contents[one] for one in chain if one in contents), None)
    if content is None:
        return None
    variables = {"contact": describe(person), "payload": {}} if person else {"payload": {}}
    return render_sample(content.version, variables), content
