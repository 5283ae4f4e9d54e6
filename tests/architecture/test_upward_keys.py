"""Does any foreign key point up the house?"""

from __future__ import annotations

from django.apps import apps
from django.db.models import ForeignKey

_ORDER = ("preferences", "tracking", "notifications", "campaigns", "demo")


def test_no_foreign_key_points_up() -> None:
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in _ORDER
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and _is_above(field.related_model._meta.app_label, model._meta.app_label)
    ]
    assert upward == []


def _is_above(target: str, owner: str) -> bool:
    return target in _ORDER and _ORDER.index(target) > _ORDER.index(owner)
