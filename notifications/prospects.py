"""Why does nobody know of a mail, what could tell, and what happens next by itself? In words, for one call."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime

from config.queues import Stream
from notifications.delivery.models import Call
from notifications.delivery.unknowns import EVIDENCE_WAIT, FORGET_AFTER, KEY_MARGIN
from notifications.uncertain import Group


def explain_doubt(group: Group) -> str:
    """Why nobody knows whether the provider has them."""
    if group.reason == "restored":
        return "A backup was restored, which may be older than their sending"
    if group.reason == "worker_died":
        return "The worker died while it handed them over"
    code = group.last.code if group.last else ""
    if code.endswith("_unreadable"):
        return "The provider's answer could not be read"
    if code[:3].isdigit():
        return f"The provider answered {code[:3]}, which does not say whether it took them"
    if "imeout" in code:
        return "The provider did not answer in time, after everything was handed to it"
    return "The connection broke after everything was handed over"


def list_means(group: Group) -> list[str]:
    """What the provider offers for finding out."""
    if group.kind is None:
        return []
    window = group.kind.idempotency_window
    keys = (
        f"It remembers idempotency keys for {_hours(window.total_seconds())}: the same call can be made again safely."
        if window
        else "It has no idempotency keys: the same call made again would send again."
    )
    search = "It can be searched for a mail." if group.kind.has_search else "It cannot be searched for a mail."
    webhooks = "It reports by webhook." if group.kind.has_webhooks else "It does not report by webhook."
    return [keys, search, webhooks]


def foresee(group: Group, *, at: datetime) -> list[str]:
    """What happens next by itself, sentence by sentence."""
    if group.call is None or not group.waiting:
        return ["Nothing more happens by itself. A report of the provider settles them, or you do."]
    said = ["The provider is being asked again at this moment."] if group.asking else []
    said += _plan(group, group.call, at=at)
    if group.kind and group.kind.has_search:
        said.append("Meanwhile its search is asked every now and then, and what it shows is recorded as sent.")
    return said


def _plan(group: Group, call: Call, *, at: datetime) -> list[str]:
    when = _clock(group.next_at) if group.next_at and group.next_at > at else "in a moment"
    until = _key_until(group, call)
    if until is None or until <= at:
        return [_sentence(_without_key(group, call, when=when, at=at))]
    asked = (
        f"Asked again {when} with the same idempotency key: if the provider has them already, it says so and sends"
        f" nothing. The key is good until {_moment(until)}."
    )
    return [asked, _sentence("after that, " + _without_key(group, call, when=_clock(until), at=at))]


def _key_until(group: Group, call: Call) -> datetime | None:
    """Until when the call may be repeated: whole or not at all, so not once some of it is settled."""
    window = group.kind.idempotency_window if group.kind else None
    return call.created_at + window * KEY_MARGIN if window and group.waiting == call.size else None


def _without_key(group: Group, call: Call, *, when: str, at: datetime) -> str:
    """What is done where no key helps, or none any more."""
    if group.stream == Stream.CRITICAL:
        return f"sent again {when} by another account, marked as possibly sent twice: critical mail does not wait."
    if group.resends and group.stream != Stream.MARKETING:
        waited = call.created_at + EVIDENCE_WAIT
        moment = _clock(waited) if waited > at else when
        return f"sent again {moment} unless a report came, marked as possibly sent twice: their type asks for that."
    end = _moment(call.created_at + FORGET_AFTER)
    return (
        f"they wait for a report of the provider until {end}. Then they stay in the log as unknown, and only a report"
        " or you can settle them."
    )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:g} hours" if seconds >= 7200 else f"{seconds / 60:g} minutes"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clock(at: datetime) -> str:
    return f"{'at' if _is_today(at) else 'on'} {_moment(at)}"


def _moment(at: datetime) -> str:
    local = localtime(at)
    return f"{local:%H:%M:%S}" if _is_today(at) else f"{local.day} {local:%b at %H:%M}"


def _is_today(at: datetime) -> bool:
    return localtime(at).date() == localtime().date()
