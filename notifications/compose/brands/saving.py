"""How is a brand made, changed, made the default, and deleted? No mail changes by any of it: versions are immutable."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from notifications.compose.brands.choosing import content_of
from notifications.compose.brands.content import BrandContent
from notifications.compose.brands.models import Brand
from notifications.compose.brands.staleness import drafts_naming, versions_in_use
from notifications.compose.brands.values import settings_content
from notifications.compose.source import KEY

FIRST_AUTHOR = "settings"


class BrandInUse(Exception):
    """A brand that must stay; the message says what keeps it."""


class BadKey(ValueError):
    """A key that cannot be a brand's; the message says why."""


def ensure_default_brand() -> None:
    """The first brand, made from the settings; nothing where there is one."""
    if Brand.objects.exists():
        return
    content = settings_content()
    key = slugify(content.name)[:100]
    key = key if KEY.fullmatch(key) else "brand"
    Brand.objects.create(key=key, content=content.stored(), is_default=True, author=FIRST_AUTHOR)


def make_brand(key: str, *, name: str, author: str) -> Brand:
    """A further brand that begins as a copy of the default one. Raises BadKey."""
    if not KEY.fullmatch(key) or len(key) > 100 or key == "new":  # which is the address of the form
        raise BadKey("A key is made of small letters, digits and hyphens, such as spring-outlet.")
    model = Brand.objects.filter(is_default=True).first()
    content = (content_of(model) if model else settings_content()).model_copy(update={"name": name or key})
    try:
        with transaction.atomic():
            return Brand.objects.create(key=key, content=content.stored(), is_default=model is None, author=author)
    except IntegrityError:
        raise BadKey("There is a brand with this key already.") from None


@transaction.atomic
def save_brand(brand: Brand, content: BrandContent, *, author: str) -> Brand:
    """Write what it says. Templates take it when they are published again."""
    row = Brand.objects.select_for_update().get(pk=brand.pk)
    row.content, row.author = content.stored(), author
    row.save(update_fields=["content", "author", "updated_at"])
    return row


@transaction.atomic
def make_default(brand: Brand) -> None:
    """From now on templates that name no brand are of this one, each from its next publication on."""
    list(Brand.objects.select_for_update().order_by("pk"))
    Brand.objects.filter(is_default=True).update(is_default=False)
    Brand.objects.filter(pk=brand.pk).update(is_default=True)


@transaction.atomic
def delete_brand(brand: Brand) -> None:
    """Forget a brand. Raises BrandInUse where it is the default, or a template or draft names it."""
    row = Brand.objects.select_for_update().get(pk=brand.pk)
    if row.is_default:
        raise BrandInUse("It is the default brand: make another one the default first.")
    users = {one.version.template.key for one in versions_in_use(row)} | set(drafts_naming(row))
    if users:
        raise BrandInUse(f"It is the brand of {', '.join(sorted(users))}: give them another one first.")
    row.delete()
