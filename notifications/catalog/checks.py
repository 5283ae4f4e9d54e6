"""Which declarations are faulty? Each fault is a Django system check with an id and a hint."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from typing import Any, get_args, get_origin

from django.core import checks
from django.core.checks import CheckMessage, Error
from pydantic import BaseModel, SecretStr

from config.queues import STREAMS, Stream
from notifications.catalog.channels import channel_keys
from notifications.catalog.events import declared_events
from notifications.catalog.types import BeyondCap, NotificationType, declared
from tracking.worth import EventValue

REQUIRED = ("key", "stream", "event", "payload", "template")
_COLLECTIONS = (list, tuple, set, frozenset, dict)
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\Z")
_EVENT_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\Z")


def check_types(**_: Any) -> list[CheckMessage]:
    """All faults of all declared types."""
    found: list[CheckMessage] = [fault for kind in declared for fault in faults_of(kind)]
    return found + _repeated_keys() + _conflicting_schemas() + _unknown_withdrawals() + _faulty_events()


def faults_of(kind: type[NotificationType]) -> list[CheckMessage]:
    """What is wrong with one declaration by itself."""
    missing = [name for name in REQUIRED if not hasattr(kind, name)]
    if missing:
        hint = f"Give the class {', '.join(missing)}; see docs/developing-with-events.md."
        return [_error(kind, "E001", f"declares no {', '.join(missing)}.", hint)]
    return [fault for check in _CHECKS for fault in check(kind)]


def _check_key(kind: type[NotificationType]) -> list[CheckMessage]:
    if _SLUG.match(kind.key) and len(kind.key) <= 64:
        return []
    return [_error(kind, "E002", f"has the key {kind.key!r}.", "Use at most 64 lower-case letters, digits, - and _.")]


def _check_stream(kind: type[NotificationType]) -> list[CheckMessage]:
    if kind.stream not in STREAMS:
        return [_error(kind, "E003", f"names the stream {kind.stream!r}.", f"Use one of {', '.join(STREAMS)}.")]
    if kind.stream == Stream.MARKETING and not kind.topic:
        return [
            _error(kind, "E004", "is marketing without a topic.", "Give it the topic that people unsubscribe from.")
        ]
    return []


def _check_event(kind: type[NotificationType]) -> list[CheckMessage]:
    if _EVENT_NAME.match(kind.event) and len(kind.event) <= 120:
        return []
    return [_error(kind, "E005", f"names the event {kind.event!r}.", 'Use a name like "order.placed".')]


def _check_payload(kind: type[NotificationType]) -> list[CheckMessage]:
    if not (_is_model(kind.payload)):
        return [_error(kind, "E006", "has a payload that is no pydantic model.", "Declare a pydantic.BaseModel class.")]
    nested = _nested_secrets(kind.payload)
    if nested:
        return [
            _error(kind, "E007", f"hides a secret in {nested}.", "Secret fields must be at the top of the payload.")
        ]
    unknown = set(kind.dedupe_fields or ()) - set(kind.payload.model_fields)
    if unknown:
        hint = f"The payload has: {', '.join(kind.payload.model_fields)}."
        return [_error(kind, "E008", f"dedupes by unknown fields {', '.join(sorted(unknown))}.", hint)]
    return []


def _check_shared(kind: type[NotificationType]) -> list[CheckMessage]:
    """What is shown to whoever has the link must be there, and be no secret."""
    fields = kind.payload.model_fields if _is_model(kind.payload) else {}
    wrong = [one for one in kind.shared_fields if one not in fields or _holds_secret(fields[one].annotation)]
    if not wrong:
        return []
    hint = "Name fields of the payload that are the same for everybody, such as the articles of a newsletter."
    return [_error(kind, "E030", f"shares {', '.join(map(repr, wrong))}, unknown or secret.", hint)]


def _check_value(kind: type[NotificationType]) -> list[CheckMessage]:
    """What an event is worth must stand in its payload, in the open."""
    wrong = _wrong_paths(kind.value, kind.payload) if kind.value and _is_model(kind.payload) else []
    if not wrong:
        return []
    return [_error(kind, "E031", f"has a value at {', '.join(map(repr, wrong))}, which is unknown or secret.", _PATHS)]


_PATHS = 'Write the way to a field of the payload ("total", "order.total"), and a currency as its code ("EUR").'


def _wrong_paths(value: EventValue, payload: type[BaseModel]) -> list[str]:
    currency = "" if value.currency.isupper() else value.currency
    named = [path for path in (value.amount, currency, value.reference) if path]
    found = {path: _annotation_at(payload, path) for path in named}
    return [path for path, annotation in found.items() if annotation is None or _holds_secret(annotation)]


def _faulty_events() -> list[CheckMessage]:
    """Events that are declared without a type."""
    return [
        Error(
            f"The event {name!r} has a value at {', '.join(map(repr, wrong))}, which is unknown or secret.",
            hint=_PATHS, id="catalog.E032",
        )
        for name, schema in declared_events.items()
        if schema.value and (wrong := _wrong_paths(schema.value, schema.payload))
    ]  # fmt: skip


def _check_times(kind: type[NotificationType]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if kind.delay < timedelta():
        found.append(_error(kind, "E009", "has a negative delay.", "Use timedelta() or a positive one."))
    if kind.expires_after is not None and kind.expires_after <= kind.delay:
        found.append(_error(kind, "E010", "expires before its delay is over.", "Let expires_after exceed delay."))
    if kind.on_unknown not in {"give_up", "resend"}:
        found.append(_error(kind, "E011", f"has on_unknown={kind.on_unknown!r}.", 'Use "give_up" or "resend".'))
    return found


def _check_order(kind: type[NotificationType]) -> list[CheckMessage]:
    """Runs also where the payload is no model: that fault has its own check."""
    if not kind.ordered_by or not _is_model(kind.payload):
        return []
    annotation = _annotation_at(kind.payload, kind.ordered_by)
    if annotation is None:
        hint = f'The payload has: {", ".join(kind.payload.model_fields)}. Write the way to a value as "order.number".'
        return [_error(kind, "E014", f"is ordered by the unknown path {kind.ordered_by!r}.", hint)]
    if _holds_secret(annotation):
        hint = "Order by a value that may be kept in clear, such as an order's number."
        return [_error(kind, "E015", f"is ordered by the secret {kind.ordered_by!r}.", hint)]
    return []


def _check_rules(kind: type[NotificationType]) -> list[CheckMessage]:
    """What a type says about people's rights and how often it may come."""
    found: list[CheckMessage] = []
    if kind.is_required and not kind.legal_basis.strip():
        hint = 'Say in words for people why they cannot turn it off: legal_basis = "The law demands that …".'
        found.append(_error(kind, "E020", "is required, but declares no legal_basis.", hint))
    if kind.throttle is not None and (kind.throttle.most < 1 or kind.throttle.within <= timedelta()):
        hint = "Use Throttle(most=3, within=timedelta(hours=1)) or the like; to send none at all, remove the type."
        found.append(_error(kind, "E021", "has a throttle that lets nothing through.", hint))
    if kind.beyond_cap not in get_args(BeyondCap):
        hint = 'Use "drop", "defer" or "digest".'
        found.append(_error(kind, "E022", f"has beyond_cap={kind.beyond_cap!r}.", hint))
    elif kind.beyond_cap == "digest" and not kind.digest_template:
        hint = 'Give it the digest_template in which it joins others, or use "drop" or "defer".'
        found.append(_error(kind, "E023", "folds into a digest beyond a cap, but has no digest_template.", hint))
    return found


def _check_digest(kind: type[NotificationType]) -> list[CheckMessage]:
    """What gathers events needs a template for several, and payloads that may be kept in clear for days."""
    batching = kind.batching
    found: list[CheckMessage] = []
    if batching and not kind.digest_template:
        hint = "Give it the digest_template that shows payload.items and payload.total."
        found.append(_error(kind, "E024", "gathers events, but has no digest_template.", hint))
    if kind.digest_template and (kind.stream == Stream.CRITICAL or _has_secret(kind.payload)):
        hint = "What is urgent or secret goes at once: remove batching and digest_template."
        found.append(_error(kind, "E025", "is critical or has secret fields, and cannot be gathered.", hint))
    if batching and not timedelta() < batching.wait <= (batching.max_wait or batching.wait):
        hint = "Use Batching(wait=timedelta(minutes=10), max_wait=timedelta(hours=1)) or the like."
        found.append(_error(kind, "E026", "waits for no time, or longer than its max_wait.", hint))
    path = batching.group_by if batching and _is_model(kind.payload) else ""
    if path and _annotation_at(kind.payload, path) is None:
        hint = f"The payload has: {', '.join(kind.payload.model_fields)}."
        found.append(_error(kind, "E027", f"is grouped by the unknown path {path!r}.", hint))
    return found


def _has_secret(payload: type[BaseModel]) -> bool:
    return _is_model(payload) and any(_holds_secret(field.annotation) for field in payload.model_fields.values())


def _check_channels(kind: type[NotificationType]) -> list[CheckMessage]:
    known: tuple[str, ...] = channel_keys()
    wanted: Any = kind.channels
    if not isinstance(wanted, tuple) or not wanted or len(set(wanted)) < len(wanted):
        hint = 'Name each way once, the usual one first: channels = ("email", "sms").'
        return [_error(kind, "E028", f"has channels={wanted!r}.", hint)]
    if unknown := [one for one in wanted if one not in known]:
        hint = f"Use {', '.join(known)}, or register a channel of your own: see docs/adding-a-channel.md."
        return [_error(kind, "E029", f"names the unknown channel {unknown[0]!r}.", hint)]
    return []


_CHECKS = (
    _check_key, _check_stream, _check_event, _check_payload, _check_times, _check_order, _check_rules, _check_digest,
    _check_channels, _check_shared, _check_value,
)  # fmt: skip


def _repeated_keys() -> list[CheckMessage]:
    seen: dict[str, type[NotificationType]] = {}
    found: list[CheckMessage] = []
    for kind in declared:
        key = getattr(kind, "key", None)
        if key in seen:
            hint = f"{_path(seen[key])} has it already; give this one another."
            found.append(_error(kind, "E012", f"repeats the key {key!r}.", hint))
        elif key:
            seen[key] = kind
    return found


def _conflicting_schemas() -> list[CheckMessage]:
    by_event: dict[str, list[type[NotificationType]]] = defaultdict(list)
    for kind in declared:
        if not faults_of(kind):
            by_event[kind.event].append(kind)
    return [
        _error(kind, "E013", f"declares another payload for {name!r} than {_path(kinds[0])}.", "Share one model.")
        for name, kinds in by_event.items()
        for kind in kinds[1:]
        if kind.payload is not kinds[0].payload
    ]


def _unknown_withdrawals() -> list[CheckMessage]:
    known = {kind.event for kind in declared if not faults_of(kind)} | set(declared_events)
    return [
        checks.Warning(
            f"Notification type {_path(kind)} is cancelled by {name!r}, which no type declares as its event.",
            hint="Such an event is refused as unknown, so it cancels nothing: declare a type for it, or drop it.",
            obj=kind, id="catalog.W001",
        )
        for kind in declared
        for name in kind.cancelled_by
        if name not in known
    ]  # fmt: skip


def _is_model(declared_payload: object) -> bool:
    return isinstance(declared_payload, type) and issubclass(declared_payload, BaseModel)


def _nested_secrets(model: type[BaseModel]) -> str:
    for name, field in model.model_fields.items():
        for inner in _models_in(field.annotation):
            for inner_name, inner_field in inner.model_fields.items():
                if _holds_secret(inner_field.annotation) or _nested_secrets(inner):
                    return f"{name}.{inner_name}"
    return ""


def _annotation_at(model: type[BaseModel], path: str) -> Any:
    """The declared type of the value at a path through nested models; None where there is no single value."""
    name, _, rest = path.partition(".")
    field = model.model_fields.get(name)
    inner = _models_in(field.annotation) if field else []
    if field is None or bool(inner) != bool(rest) or _is_many(field.annotation):
        return None
    return _annotation_at(inner[0], rest) if rest else field.annotation


def _is_many(annotation: Any) -> bool:
    parts = (annotation, *getattr(annotation, "__args__", ()))
    return any(one in _COLLECTIONS or get_origin(one) in _COLLECTIONS for one in parts)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(part) for part in getattr(annotation, "__args__", ()))


def _error(kind: type[NotificationType], number: str, fault: str, hint: str) -> Error:
    return Error(f"Notification type {_path(kind)} {fault}", hint=hint, obj=kind, id=f"catalog.{number}")


def _path(kind: type[NotificationType]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
