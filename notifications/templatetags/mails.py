"""How do screens write down a mail's state, its reasons and short times?"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from notifications.delivery.failures import Kind as Verdict
from notifications.explanation import channel_label, in_words, phase_of
from tracking.models import Message
from tracking.steps import Step

register = template.Library()

#: Codes of tries and standings that went otherwise than hoped.
_TROUBLE = frozenset(
    {*(kind.value for kind in Verdict if kind != Verdict.ACCEPTED), "soft_bounced", "bounced", "deferred", "unknown"}
)

_TONES = {
    "delivered": "good", "sent": "good", "accepted": "good",
    "failed": "bad", "dead": "bad", "refused": "bad",
    "unknown": "warn", "retrying": "warn", "deferred": "warn", "expired": "warn", "skipped": "warn",
    "duplicate": "warn", "cancelled": "warn",
    "claimed": "busy", "sending": "busy",
}  # fmt: skip

register.filter("in_words", in_words)

_GOOD_CODES = frozenset({"accepted", "delivered", "opened", "clicked", "sent"})
register.filter("channel_name", channel_label)


@register.filter
def step_tone(step: Step) -> str:
    """Whether a step let the mail pass, stopped it, or is worth a look."""
    if step.is_stop:
        return "bad"
    if step.code in _GOOD_CODES:
        return "good"
    return "warn" if step.name in {"gate", "quiet_hours", "caps"} or step.code in _TROUBLE else "plain"


@register.filter
def step_icon(step: Step) -> str:
    """The same as a Material symbol."""
    if step.is_stop:
        return "block"
    return {"warn": "schedule", "good": "check_circle"}.get(step_tone(step), "check")


@register.filter
def phase(message: Message) -> str:
    """The state, or the phase that a worker holds the mail in."""
    return phase_of(message)


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """A state as a coloured word; the word says it, the colour only helps."""
    label = Message.State(state).label if state in Message.State.values else state.capitalize()
    return format_html('<span class="pr-badge pr-{}">{}</span>', _TONES.get(state, "plain"), label)


@register.filter
def version_of(message: Message) -> str:
    """The template as briefly as it stays clear: "version 3" where the template is called like the type."""
    key, _, number = message.template_ref.partition("@")
    return f"version {number}" if number and key == message.type_key else message.template_ref


@register.filter
def clock_time(at: datetime) -> str:
    """22 Nov 17:41:09.250, in the time zone in use."""
    local = localtime(at)
    return f"{local.day} {local:%b %H:%M:%S}.{local.microsecond // 1000:03d}"


@register.filter
def short_time(at: datetime) -> str:
    """22 Nov 17:41:09, and the year where it is not this one."""
    local = localtime(at)
    year = "" if local.year == localtime().year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {local:%H:%M:%S}"


@register.filter
def span(length: timedelta | None) -> str:
    """A length of time in its two largest units: 3 min 20 s."""
    if length is None:
        return "-"
    seconds = length.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(int(seconds), size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


@register.filter
def said(answer: str) -> str:
    """What a provider said, without the JSON around it, be it within a text; another shape stays as it is."""
    start = min((place for mark in "{[" if (place := answer.find(mark)) >= 0), default=-1)
    if start < 0:
        return answer
    try:
        found, end = json.JSONDecoder().raw_decode(answer, start)
    except ValueError:
        return answer
    words = _find_words(found)
    return f"{answer[:start]}{words}{answer[end:]}" if words else answer


_WORDS = ("message", "detail", "error", "errormessage", "errors", "messages")


def _find_words(part: Any) -> str:
    """The first text under a name that providers give to their words."""
    if isinstance(part, list):
        return next((words for one in part if (words := _find_words(one))), "")
    if not isinstance(part, dict):
        return part if isinstance(part, str) else ""
    named = {str(name).lower(): value for name, value in part.items()}
    return next((words for name in _WORDS if name in named and (words := _find_words(named[name]))), "")


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """A mapping's value by a key that a template holds in a variable."""
    return mapping.get(key)
