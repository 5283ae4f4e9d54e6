"""Which brand is a template's?"""

from __future__ import annotations

from notifications.compose.brands.content import DARK, LIGHT, BrandContent, Palette
from notifications.compose.brands.models import Brand
from notifications.compose.brands.values import Values, settings_values, values_of
from notifications.compose.findings import Finding, SourceFault
from notifications.compose.source import TemplateSource


class UnknownBrand(LookupError):
    """There is no brand with this key."""


def default_brand() -> Brand | None:
    """The brand of templates that name none; None before the first one was made."""
    return Brand.objects.filter(is_default=True).first()


def content_of(brand: Brand) -> BrandContent:
    """What it says. Unchecked: the settings that the first one was made of may lack this or that."""
    light, dark = (
        {**one.model_dump(), **brand.content.get(name, {})} for name, one in (("light", LIGHT), ("dark", DARK))
    )
    painted = {"light": Palette.model_construct(**light), "dark": Palette.model_construct(**dark)}
    return BrandContent.model_construct(**{**brand.content, **painted})


def brand_values(key: str = "") -> Values:
    """What templates read of the brand with this key, or of the default one. Raises UnknownBrand."""
    brand = Brand.objects.filter(key=key).first() if key else default_brand()
    if brand is not None:
        return values_of(content_of(brand))
    if key:
        raise UnknownBrand(key)
    return settings_values()


def values_for(source: TemplateSource) -> Values:
    """The same for a source. Raises SourceFault where it names a brand that there is not."""
    try:
        return brand_values(source.brand)
    except UnknownBrand:
        known = ", ".join(Brand.objects.values_list("key", flat=True)) or "none"
        reason = f"unknown brand `{source.brand}`; known are {known}"
        raise SourceFault(Finding(file=source.subject.file, line=1, reason=reason)) from None
