"""What may an event of this name carry? Schemas belong to event names; upper apps hand them down at start."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from config import vault
from tracking.worth import EventValue

MAX_PAYLOAD_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class EventSchema:
    """The declared shape of an event's payload, its most urgent lane and its dedupe window.

    Fields typed `pydantic.SecretStr` at the top level are secret: sealed at rest and masked everywhere else.
    """

    name: str
    payload: type[BaseModel]
    stream: str
    dedupe_window: timedelta | None = None
    dedupe_fields: tuple[str, ...] | None = None  # None: all fields
    value: EventValue | None = None  # such events are conversions

    @cached_property
    def secret_fields(self) -> frozenset[str]:
        """Names of the secret top-level fields."""
        return frozenset(
            name for name, field in self.payload.model_fields.items() if _mentions_secret(field.annotation)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with an event: where, and why in words that say what to do. Never carries the value."""

    path: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"path": self.path, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPayload:
    """A payload as it may be stored: secrets masked in `shown`, sealed in `sealed`; the digest covers both."""

    shown: dict[str, Any]
    sealed: bytes | None
    digest_source: dict[str, Any]


class BadPayload(ValueError):
    """The payload does not fit its schema; carries the faults and what may be shown of the payload."""

    def __init__(self, faults: list[Fault], shown: dict[str, Any]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.reason}" for fault in faults))
        self.faults = faults
        self.shown = shown


_schemas: dict[str, EventSchema] = {}


def register_schema(schema: EventSchema) -> None:
    """Make an event name known; registering it again replaces it."""
    _schemas[schema.name] = schema


def forget_schema(name: str) -> None:
    """Undo `register_schema`."""
    _schemas.pop(name, None)


def find_schema(name: str) -> EventSchema | None:
    """The schema of an event name, if it is declared."""
    return _schemas.get(name)


def known_names() -> list[str]:
    """All declared event names, sorted."""
    return sorted(_schemas)


def has_values() -> bool:
    """Whether any event is worth something."""
    return any(schema.value for schema in _schemas.values())


def unknown_name_fault(name: str) -> Fault:
    """The fault for an undeclared event name, with the nearest declared one as a hint."""
    near = difflib.get_close_matches(name, _schemas, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "declare it in a notifications.py"
    return Fault(path="name", reason=f"no event of this name is declared; {hint}")


def check_payload(schema: EventSchema, payload: object) -> CheckedPayload:
    """Validate a payload; raises BadPayload with the path and reason of each fault."""
    if not isinstance(payload, Mapping):
        raise BadPayload([Fault(path="payload", reason=f"must be a dict, not {type(payload).__name__}")], {})
    try:
        parsed = schema.payload.model_validate(dict(payload))
    except ValidationError as error:
        raise BadPayload(_faults(error, schema), masked_payload(payload, schema)) from None
    shown = parsed.model_dump(mode="json")
    secrets = {name: _reveal(getattr(parsed, name)) for name in schema.secret_fields}
    _require_storable({**shown, **secrets})
    sealed = vault.seal(json.dumps(secrets)) if secrets else None
    return CheckedPayload(shown=shown, sealed=sealed, digest_source={**shown, **secrets})


def masked_payload(payload: object, schema: EventSchema | None) -> dict[str, Any]:
    """What may be kept of a refused payload: its values without the secret ones; of an unknown event only the shape."""
    if not isinstance(payload, Mapping):
        return {}
    hidden = schema.secret_fields if schema else frozenset(payload)
    shown = {
        str(name)[:100]: f"({type(value).__name__})" if name in hidden or schema is None else value
        for name, value in payload.items()
    }
    try:
        _require_storable(shown)
    except BadPayload:
        return {str(name)[:100]: f"({type(value).__name__})" for name, value in list(payload.items())[:50]}
    return shown


def _require_storable(payload: dict[str, Any]) -> None:
    """Refuse what a jsonb column or the size limit would refuse, before it can break the caller's transaction."""
    try:
        text = json.dumps(payload, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError):
        fault = Fault(path="payload", reason="holds a value that JSON cannot carry (NaN, a lone surrogate, an object)")
        raise BadPayload([fault], {}) from None
    if size > MAX_PAYLOAD_BYTES:
        fault = Fault(path="payload", reason=f"is {size // 1024} KB; at most {MAX_PAYLOAD_BYTES // 1024} KB are taken")
        raise BadPayload([fault], {})
    if "\\u0000" in text:
        raise BadPayload([Fault(path="payload", reason="holds a NUL character, which a database cannot store")], {})


def _faults(error: ValidationError, schema: EventSchema) -> list[Fault]:
    found = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
        path = [str(step) for step in fault["loc"]]
        is_secret = bool(path) and path[0] in schema.secret_fields
        reason = "the secret value does not fit its declaration" if is_secret else fault["msg"]
        found.append(Fault(path=".".join(["payload", *path]), reason=reason[:300]))
    return found


def _reveal(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _mentions_secret(annotation: Any) -> bool:
    if annotation is SecretStr:
        return True
    return any(_mentions_secret(part) for part in getattr(annotation, "__args__", ()))
