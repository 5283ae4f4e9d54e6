"""Brands as the tests make and change them."""

from __future__ import annotations

from typing import Any

from notifications.compose.brands.choosing import content_of, default_brand
from notifications.compose.brands.content import BrandContent
from notifications.compose.brands.models import Brand
from notifications.compose.brands.saving import save_brand


def the_brand() -> Brand:
    """The default one, as it stands in the database."""
    brand = default_brand()
    assert brand is not None
    return brand


def said(brand: Brand | None = None, *, light: dict[str, str] | None = None, **fields: Any) -> BrandContent:
    """What a brand says, with some of it otherwise."""
    stored = content_of(brand or the_brand()).stored()
    return BrandContent.model_validate({**stored, **fields, "light": {**stored["light"], **(light or {})}})


def change(brand: Brand | None = None, **fields: Any) -> Brand:
    """Save a brand with some of it otherwise."""
    row = brand or the_brand()
    return save_brand(row, said(row, **fields), author="ada")
