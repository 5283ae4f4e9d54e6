"""Which mails carry an earlier state of their brand? Told from the versions, so that no change can be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q

from notifications.compose.brands.choosing import content_of
from notifications.compose.brands.models import Brand
from notifications.compose.brands.reading import EVERYTHING, shows
from notifications.compose.brands.values import Values, complete, flatten, values_of
from notifications.compose.brands.words import words_for
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.models import PlannedPublication, Publication, TemplateVersion

#: Large, and not needed to tell.
HEAVY = ("compiled", "mjml_source", "text_source", "blocks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A version of a brand that is sent, or that will be."""

    version: TemplateVersion
    plan: PlannedPublication | None  # None: it is sent now
    changed: tuple[str, ...]  # paths at which the brand says otherwise by now; those that are shown, if any is
    is_shown: bool  # whether anything of that stands in the mail

    @property
    def is_stale(self) -> bool:
        """Whether publishing it again would change the mail."""
        return self.is_shown

    @property
    def changes(self) -> tuple[str, ...]:
        """The same in words."""
        return words_for(self.changed)


def uses_of(brand: Brand) -> list[Use]:
    """Every version of a brand that is sent or planned, by template."""
    now = values_of(content_of(brand))
    return [_use(one, plan, now) for one, plan in sorted(_versions(brand), key=lambda pair: pair[0].template.key)]


def stale_uses(brand: Brand) -> list[Use]:
    """Those that publishing again would change."""
    return [one for one in uses_of(brand) if one.is_stale]


def versions_in_use(brand: Brand) -> list[Publication | PlannedPublication]:
    """What is sent or planned of a brand."""
    wanted = _of(brand)
    published = Publication.objects.filter(wanted).select_related("version__template")
    planned = PlannedPublication.objects.filter(wanted).select_related("version__template")
    heavy = [f"version__{name}" for name in HEAVY]
    return [*published.defer(*heavy), *planned.defer(*heavy)]


def drafts_naming(brand: Brand) -> list[str]:
    """The keys of templates whose draft names the brand."""
    drafts = TemplateDraft.objects.filter(revisions__number=F("revision"), revisions__content__brand=brand.key)
    return sorted(drafts.values_list("template__key", flat=True).distinct())


def changes_between(kept: Values, now: Values) -> list[str]:
    """The paths at which a brand says otherwise than a version kept of it."""
    before, after = dict(flatten(complete(kept))), dict(flatten(complete(now)))
    return [path for path in {**before, **after} if before.get(path) != after.get(path)]


def _versions(brand: Brand) -> Iterator[tuple[TemplateVersion, PlannedPublication | None]]:
    for one in versions_in_use(brand):
        yield one.version, one if isinstance(one, PlannedPublication) else None


def _use(version: TemplateVersion, plan: PlannedPublication | None, now: Values) -> Use:
    changed = changes_between(version.brand, now)
    paths = [EVERYTHING] if version.brand_paths is None else version.brand_paths
    seen = [path for path in changed if shows(paths, path)]
    return Use(version=version, plan=plan, changed=tuple(seen or changed), is_shown=bool(seen))


def _of(brand: Brand) -> Q:
    named = Q(version__brand_key=brand.key)
    return named | Q(version__brand_key="") if brand.is_default else named
