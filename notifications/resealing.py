"""How do sealed secrets get the newest vault key? Column by column, in small steps that may run beside the mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from config import vault
from notifications.delivery.models import Call, DeadLetter, Outbox, Provider
from preferences.models import ContactMerge, Erasure
from tracking.models import Event

#: Every column that config/vault.py seals, with its model. A test compares them with all binary columns.
SEALED: tuple[tuple[type[Model], str], ...] = (
    (Provider, "credentials"),
    (Outbox, "secrets"),
    (DeadLetter, "secrets"),
    (Call, "sealed_members"),
    (Event, "secrets"),
    (Erasure, "sealed_traces"),
    (ContactMerge, "sealed_traces"),
)
STEP_ROWS = 500


@dataclass(slots=True, kw_only=True)
class Resealed:
    """What became of one column: sealed anew, already sealed with the newest key, and opened by no listed key."""

    column: str
    changed: int = 0
    current: int = 0
    unreadable: int = 0


def reseal_everything() -> Iterator[Resealed]:
    """Seal every sealed column with the newest key. Safe to stop and to run again, also while mail is sent."""
    for model, column in SEALED:
        found = Resealed(column=f"{model._meta.db_table}.{column}")
        for rows in _steps(model, column):
            for key, blob in rows:
                _reseal(model, column, key, bytes(blob), found)
        yield found


def _steps(model: type[Model], column: str) -> Iterator[list[tuple[Any, bytes]]]:
    """The sealed rows in the order of their key, a step at a time."""
    sealed = model._default_manager.filter(**{f"{column}__isnull": False}).order_by("pk")
    rows = list(sealed.values_list("pk", column)[:STEP_ROWS])
    while rows:
        yield rows
        rows = list(sealed.filter(pk__gt=rows[-1][0]).values_list("pk", column)[:STEP_ROWS])


def _reseal(model: type[Model], column: str, key: Any, blob: bytes, found: Resealed) -> None:
    """One value, by compare-and-set: a secret that was erased or replaced meanwhile stays so."""
    try:
        sealed = vault.reseal(blob)
    except vault.Unreadable:
        found.unreadable += 1
        return
    if sealed is None:
        found.current += 1
        return
    found.changed += model._default_manager.filter(pk=key, **{column: blob}).update(**{column: sealed})
