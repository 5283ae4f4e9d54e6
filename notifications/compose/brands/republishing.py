"""How do mails take a changed brand? Each version that shows the change is published again, the rest of it as it was.

A few at a time, each lot in one transaction. What is left is told from the versions, so it may stop anywhere, be
pressed twice, or by two people at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from notifications.compose.brands.choosing import content_of
from notifications.compose.brands.models import Brand
from notifications.compose.brands.staleness import Use, stale_uses
from notifications.compose.brands.values import Values, values_of
from notifications.compose.brands.words import note_for
from notifications.compose.drafts.models import TemplateDraft
from notifications.compose.models import Template, TemplateVersion
from notifications.compose.publications import point_at
from notifications.compose.versions import repeat_version

AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Republished:
    """What one lot did."""

    refs: tuple[str, ...]  # the new versions
    left: int  # how many still carry an earlier state


@transaction.atomic
def republish(brand: Brand, *, author: str, at_most: int | None = None) -> Republished:
    """Publish the next mails of a brand again as it is now."""
    row = Brand.objects.select_for_update().get(pk=brand.pk)
    lot = stale_uses(row)[: at_most or AT_ONCE]
    _lock(lot)
    locked = {one.version.pk for one in lot}
    lot = [one for one in stale_uses(row) if one.version.pk in locked]  # somebody may have published one meanwhile
    values = values_of(content_of(row))
    made = [_repeat(one, values, author=author) for one in lot]
    return Republished(refs=tuple(one.ref for one in made), left=len(stale_uses(row)))


def _lock(lot: Iterable[Use]) -> None:
    keys = {one.version.template_id for one in lot}
    list(Template.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _repeat(use: Use, values: Values, *, author: str) -> TemplateVersion:
    old = TemplateVersion.objects.select_related("template").get(pk=use.version.pk)
    version = repeat_version(old, brand=values, author=author, note=note_for(use.changed))
    if use.plan is None:
        point_at(version, author=author)
    else:
        use.plan.version = version
        use.plan.save(update_fields=["version"])
    TemplateDraft.objects.filter(base=old).update(base=version)
    return version
