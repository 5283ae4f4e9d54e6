"""How does a template version look, with made-up values or as it was sent? Fit for showing to staff."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args, get_origin
from uuid import UUID

from django.conf import settings
from pydantic import BaseModel, SecretStr

from notifications.catalog import NotificationType, all_types
from notifications.catalog.channels import SMS
from notifications.compose.brands.values import complete
from notifications.compose.loading import LoadedVersion, load, load_version
from notifications.compose.models import TemplateVersion
from notifications.compose.render import RenderFault, join, render
from notifications.compose.segments import Length, measure
from notifications.delivery.mail import Shown, has_web_version, show_mail
from notifications.delivery.models import Call
from tracking.schemas import find_schema

_PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A version rendered with made-up values, or the reason why it cannot be."""

    subject: str = ""
    html: str = ""
    text: str = ""
    amp: str = ""
    fault: str = ""
    sms: str = ""
    sms_length: Length | None = None

    @property
    def as_text_message(self) -> dict[str, str | Length | None]:
        """What `fragments/text_message.html` shows."""
        return {"text": self.sms, "length": self.sms_length}


def render_sample(version: TemplateVersion, variables: Mapping[str, Any] | None = None) -> Sample:
    """The version as a made-up person, or one with these variables, would get it; nothing in it is counted.

    It need not be saved: one that is only being thought of can be looked at.
    """
    known = sample_variables(version.template.key) | dict(variables or {})
    try:
        loaded = _load(version)
        values = render(loaded, known, token="sample")  # noqa: S106 - no password
    except RenderFault as fault:
        return Sample(fault=f"{fault.reason}: {fault.detail}")
    documents = (loaded.subject, loaded.html, loaded.text, loaded.amp)
    subject, html, text, amp = (join(one, values, token="sample") for one in documents)  # noqa: S106 - no password
    sms = _render_text(version, known) if version.compiled.get("sms") and not version._state.adding else ""
    length = measure(sms) if sms else None
    return Sample(subject=subject, html=inert(html), text=text, amp=amp, sms=sms, sms_length=length)


def _load(version: TemplateVersion) -> LoadedVersion:
    if not version._state.adding:
        return load_version(version.pk, tracked=False)
    return load(
        version_id=version.pk, ref=version.template.key, compiled=version.compiled, defaults=version.defaults,
        constants={"brand": complete(version.brand)}, public_url=None,
    )  # fmt: skip


def _render_text(version: TemplateVersion, variables: Mapping[str, Any]) -> str:
    """What goes as a text message."""
    loaded = load_version(version.pk, tracked=False, channel=SMS)
    return join(loaded.text, render(loaded, variables, token="sample"), token="sample")  # noqa: S106 - no password


def show_sent(call: Call, message_id: UUID) -> Shown | None:
    """What `message_id` was sent in `call`; None where it holds secrets, erased or not yet."""
    return show_mail(call, message_id) if call.members is not None else None


def inert(html: str) -> str:
    """HTML for a sandboxed frame: its own pixel counts nothing, its links lead nowhere, and nothing names this page."""
    html = re.sub(rf"{re.escape(settings.POSTRIDER_PUBLIC_URL)}/o/[\w-]+\.gif", _PIXEL, html)
    tags = '<base target="_blank"><meta name="referrer" content="no-referrer">'
    found = _HEAD.search(html)
    return html[: found.end()] + tags + html[found.end() :] if found else tags + html


def sample_variables(template_key: str, kind: type[NotificationType] | None = None) -> dict[str, Any]:
    """Values of the right shape for a template: from the payload that its first type, or this one of them, declares."""
    kind = kind or next((kind for kind in all_types() if kind.template == template_key), None)
    return {
        "contact": {
            "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "locale": "en",
            "time_zone": "Europe/London",
        },
        "payload": _sample_model(kind.payload) if kind else {},
        "unsubscribe_url": "https://example.com/unsubscribe", "preferences_url": "https://example.com/preferences",
        "web_version_url": "https://example.com/in-the-browser" if _is_public(kind) else "",
        "message_id": "00000000-0000-7000-8000-000000000000",
    }  # fmt: skip


def _is_public(kind: type[NotificationType] | None) -> bool:
    """Whether a mail of the type has a version for the browser; one of a campaign, which has no type, has."""
    return kind is None or has_web_version(kind.stream, is_required=kind.is_required)


def sample_payload(event_name: str) -> dict[str, Any]:
    """A payload for an event: the example that its schema declares, or made-up values of the right shape."""
    schema = find_schema(event_name)
    if schema is None:
        return {}
    extra = schema.payload.model_config.get("json_schema_extra")
    declared = extra if isinstance(extra, dict) else {}
    listed = declared.get("examples")
    example = declared.get("example") or (listed[0] if isinstance(listed, list) and listed else None)
    return dict(example) if isinstance(example, dict) else _sample_model(schema.payload)


def _sample_model(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _sample(field.annotation, name) for name, field in model.model_fields.items()}


def _sample(annotation: Any, name: str) -> Any:
    origin = get_origin(annotation)
    arguments = [one for one in get_args(annotation) if one is not type(None)]
    if origin in {list, tuple, set, frozenset}:
        return [_sample(arguments[0] if arguments else str, name.rstrip("s"))] * 2
    if origin is dict or (origin is None and annotation is dict):
        return {"key": _sample(arguments[1] if len(arguments) > 1 else str, name)}
    if arguments:
        return _sample(arguments[0], name) if not isinstance(arguments[0], str) else arguments[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _sample_model(annotation)
    return _sample_value(annotation, name)


#: Looked up in this order, since a bool is an int and a datetime is a date.
_SAMPLES: Mapping[type, Any] = {
    bool: True, int: 3, float: 19.9, Decimal: "19.90", datetime: "2026-05-04T12:00:00Z", date: "2026-05-04",
    timedelta: "PT1H", UUID: "00000000-0000-7000-8000-000000000000", SecretStr: "https://example.com/secret",
}  # fmt: skip


def _sample_value(annotation: Any, name: str) -> Any:
    if isinstance(annotation, type):
        for kind, value in _SAMPLES.items():
            if issubclass(annotation, kind):
                return value
    if "url" in name or "link" in name:
        return "https://example.com/"
    return name.replace("_", " ").capitalize()
