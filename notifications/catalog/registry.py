"""Which notification types are there, and which does an event cause?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.utils.module_loading import autodiscover_modules

from config.queues import STREAMS
from notifications.catalog.channels import channel_keys, channel_of
from notifications.catalog.checks import faults_of
from notifications.catalog.events import value_of
from notifications.catalog.types import NotificationType, declared
from preferences.offered import Offered, register_offered
from tracking.schemas import EventSchema, forget_schema, register_schema


def discover() -> None:
    """Import every installed app's `notifications` module; hand event schemas and what people may choose down."""
    autodiscover_modules("notifications")
    for name, types in _by_event().items():
        register_schema(_schema(name, types))
    _offer()


def all_types() -> list[type[NotificationType]]:
    """Every usable type, in order of declaration; those with faults are left to the system checks."""
    return list(_usable(tuple(declared), channel_keys()))


@lru_cache(maxsize=8)
def _usable(
    kinds: tuple[type[NotificationType], ...], _channels: tuple[str, ...]
) -> tuple[type[NotificationType], ...]:
    return tuple(kind for kind in kinds if not faults_of(kind))


def find_type(key: str) -> type[NotificationType] | None:
    """The type with this key, if there is one."""
    return next((kind for kind in all_types() if kind.key == key), None)


def types_for_event(name: str) -> list[type[NotificationType]]:
    """The types that an event of this name causes."""
    return [kind for kind in all_types() if kind.event == name]


def types_cancelled_by(name: str) -> list[type[NotificationType]]:
    """The types whose waiting mails an event of this name withdraws."""
    return [kind for kind in all_types() if name in kind.cancelled_by]


def secret_paths(template_key: str) -> frozenset[str]:
    """The template variables that are secret in any type using this template: {"payload.reset_url"}."""
    return frozenset(
        f"payload.{field}"
        for kind in all_types()
        if kind.template == template_key
        for field in _schema(kind.event, [kind]).secret_fields
    )


@contextmanager
def forgetting_new_types() -> Iterator[None]:
    """Undo, at the end, what was declared inside: for tests."""
    before = list(declared)
    try:
        yield
    finally:
        for kind in declared[len(before) :]:
            if hasattr(kind, "event") and all(known.event != kind.event for known in before if hasattr(known, "event")):
                forget_schema(kind.event)
        declared[:] = before
        _offer()


def declare(kind: type[NotificationType]) -> type[NotificationType]:
    """Make a type declared after the start known at once; a class decorator for tests and shells."""
    register_schema(_schema(kind.event, _by_event()[kind.event]))
    _offer()
    return kind


def _offer() -> None:
    """Tell the preference page, which lies below, what there is to choose among."""
    register_offered(
        Offered(
            key=kind.key, name=kind.title(), description=kind.description, topic_key=kind.topic, stream=kind.stream,
            channels=tuple(kind.channels), is_required=kind.is_required, legal_basis=kind.legal_basis,
            has_digest=bool(kind.digest_template),
            channel_labels={one: channel_of(one).label for one in kind.channels},
        )
        for kind in all_types()
    )  # fmt: skip


def _by_event() -> dict[str, list[type[NotificationType]]]:
    grouped: dict[str, list[type[NotificationType]]] = defaultdict(list)
    for kind in all_types():
        grouped[kind.event].append(kind)
    return grouped


def _schema(name: str, types: list[type[NotificationType]]) -> EventSchema:
    deduping = next((kind for kind in types if kind.dedupe_window), types[0])
    return EventSchema(
        name=name,
        payload=types[0].payload,
        stream=min((kind.stream for kind in types), key=STREAMS.index),
        dedupe_window=deduping.dedupe_window,
        dedupe_fields=deduping.dedupe_fields,
        value=next((kind.value for kind in types if kind.value), value_of(name)),
    )
