"""What did a person change on the preference page? Only that is stored, so that an old tab takes nothing back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from preferences import choices
from preferences.centre import EMAIL, SOURCE, listed_topics
from preferences.models import Choice, Contact
from preferences.offered import Offered, offered_types
from preferences.terms import BadTerm

PAUSES = (7, 30, 90)  # days that the page offers
_PAUSE_WORDS: dict[str, int | None] = {"none": None, **{str(days): days for days in PAUSES}}
_NEVER = Choice.Frequency.NEVER


@dataclass(frozen=True, slots=True)
class Change:
    """A topic ("topic") or kind ("kind") whose frequency the person changed."""

    subject: str
    key: str
    wanted: Choice.Frequency


@transaction.atomic
def save_page(contact: Contact, form: QueryDict, *, at: datetime, ip: str | None = None) -> dict[str, str]:
    """Store what changed between the page as it was shown and as it came back; the faults by field, in words.

    What is faulty is left as it was; the rest is stored all the same.
    """
    _save_topics(contact, form, ip=ip)
    _save_kinds(contact, form)
    pause = form.get("pause", "keep")
    if pause in _PAUSE_WORDS:
        days = _PAUSE_WORDS[pause]
        choices.pause_until(contact, at + timedelta(days=days) if days else None)
    return _save_terms(contact, form)


def _save_topics(contact: Contact, form: QueryDict, *, ip: str | None) -> None:
    changes = {change.key: change for change in _changes(form, "topic")}
    for topic in listed_topics() if changes else ():
        if topic.key in changes:
            choices.choose(contact, changes[topic.key].wanted, topic=topic, source=SOURCE, ip=ip)


def _save_kinds(contact: Contact, form: QueryDict) -> None:
    """After the topics: a kind that is chosen in the same breath is the more particular wish."""
    refusable = {kind.key: kind for kind in offered_types() if not kind.is_always_on}
    for change in _changes(form, "kind"):
        if change.key in refusable:
            choices.choose(contact, change.wanted, type_key=change.key, source=SOURCE)
    for kind in offered_types():
        for channel in kind.channels:
            if channel != EMAIL:
                _save_way(contact, form, kind, channel)


def _save_way(contact: Contact, form: QueryDict, kind: Offered, channel: str) -> None:
    name = f"{kind.key}:{channel}"
    was_on, is_on = name in form.getlist("way-was-on"), name in form.getlist("way")
    if name in form.getlist("way-shown") and was_on != is_on:
        wanted = Choice.Frequency.IMMEDIATE if is_on else _NEVER
        choices.choose(contact, wanted, type_key=kind.key, channel=channel, source=SOURCE)


def _changes(form: QueryDict, subject: str) -> Iterator[Change]:
    """The page says of each switch how it stood ("topic-was": "offers=weekly"); a switch not shown is not touched."""
    on = form.getlist(subject)
    for shown in form.getlist(f"{subject}-was"):
        key, _equals, was = shown.rpartition("=")
        often = form.get(f"often-{subject}-{key}", Choice.Frequency.IMMEDIATE)
        wanted = often if key in on else _NEVER.value
        if wanted != was and wanted in Choice.Frequency.values:
            yield Change(subject, key, Choice.Frequency(wanted))


def _save_terms(contact: Contact, form: QueryDict) -> dict[str, str]:
    savers: dict[str, Callable[[Contact, QueryDict], None]] = {
        "quiet": _save_quiet_hours, "most": _save_most, "language": _save_language, "time_zone": _save_time_zone,
    }  # fmt: skip
    faults = {}
    for field, save in savers.items():
        try:
            save(contact, form)
        except (BadTerm, ValueError):
            faults[field] = _fault_words()[field]
    return faults


def _save_quiet_hours(contact: Contact, form: QueryDict) -> None:
    if is_changed(form, "quiet_from") or is_changed(form, "quiet_until"):
        choices.set_quiet_hours(contact, _time(form.get("quiet_from", "")), _time(form.get("quiet_until", "")))


def _save_most(contact: Contact, form: QueryDict) -> None:
    if is_changed(form, "most"):
        text = form.get("most", "")
        choices.set_most_a_week(contact, int(text[:9]) if text else None)


def _save_language(contact: Contact, form: QueryDict) -> None:
    if is_changed(form, "language"):
        choices.set_language(contact, form.get("language", ""))


def _save_time_zone(contact: Contact, form: QueryDict) -> None:
    if is_changed(form, "time_zone"):
        choices.set_time_zone(contact, form.get("time_zone", ""))


def is_changed(form: QueryDict, field: str) -> bool:
    """Whether a field came back other than the page showed it."""
    return field in form and form[field] != form.get(f"{field}-was", "")


def _time(text: str) -> time | None:
    moment = time.fromisoformat(text) if text else None
    if moment is not None and moment.tzinfo is not None:
        raise BadTerm("a time without a zone")
    return moment


def _fault_words() -> dict[str, str]:
    return {
        "quiet": _("Quiet hours need a time to begin and a different time to end, such as 21:00 and 08:00."),
        "most": _("Choose one of the numbers in the list."),
        "language": _("Choose one of the languages in the list."),
        "time_zone": _("Choose one of the time zones in the list."),
    }
