"""Which values may a mail of this template write, and which lists may it go through?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notifications.compose.brands.choosing import brand_values
from notifications.compose.brands.values import own_values
from notifications.preview import sample_variables


def value_paths(template_key: str) -> list[str]:
    """Paths such as contact.first_name and payload.items, as the template's types declare them."""
    return sorted(_paths({**sample_variables(template_key), "brand": own_values(brand_values())}, ""))


def _paths(values: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _paths(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
