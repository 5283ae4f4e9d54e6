"""Of whom is something asked before it is sent? A set of contacts, as the SQL that selects their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from preferences.models import ContactList, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A SELECT of one column, `id`, that gives each contact once; its values are bound. `label` says who they are."""

    label: str
    sql: str
    parameters: tuple[Any, ...] = ()


def everybody() -> Audience:
    """All contacts with an address."""
    return Audience(label=_("all contacts"), sql="SELECT id FROM preferences_contact WHERE address IS NOT NULL")


def of_topic(topic: Topic) -> Audience:
    """Who gets a topic: the wish about it, else the one about everything, else what the topic itself says."""
    usual = "immediate" if topic.is_default_on else "never"
    sql = (
        "SELECT c.id FROM preferences_contact c"
        " LEFT JOIN preferences_choice t ON t.contact_id = c.id AND t.topic_id = %s AND t.type_key = ''"
        " AND t.channel = ''"
        " LEFT JOIN preferences_choice e ON e.contact_id = c.id AND e.topic_id IS NULL AND e.type_key = ''"
        " AND e.channel = ''"
        " WHERE c.address IS NOT NULL AND NOT c.is_unconfirmed"
        " AND coalesce(t.frequency, e.frequency, %s) <> 'never'"
    )
    return Audience(label=_("who gets “%(topic)s”") % {"topic": topic.name}, sql=sql, parameters=(topic.pk, usual))


def of_list(contact_list: ContactList) -> Audience:
    """Who is on a list."""
    sql = "SELECT contact_id AS id FROM preferences_listmember WHERE list_id = %s"
    return Audience(
        label=_("the list “%(name)s”") % {"name": contact_list.name}, sql=sql, parameters=(contact_list.pk,)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceKind:
    """One sort of audience: the words of each by id, and the one with an id. Upper apps register theirs."""

    offer: Callable[[], Iterable[tuple[int, str]]]
    find: Callable[[int], Audience | None]


_kinds: dict[str, AudienceKind] = {}


def register_audiences(name: str, kind: AudienceKind) -> None:
    """Offer these wherever an audience is chosen; a name registered again takes the place of the first."""
    _kinds[name] = kind


def offer_audiences() -> list[tuple[str, str]]:
    """Name and words of each, for a field to choose from."""
    offered = [(f"{name}-{number}", words) for name, kind in _kinds.items() for number, words in kind.offer()]
    return [("all", _("All contacts")), *offered]


def find_audience(name: str) -> Audience:
    """The one with this name; everybody where there is none."""
    kind, _dash, number = name.partition("-")
    found = _kinds[kind].find(int(number)) if kind in _kinds and number.isdecimal() and len(number) < 19 else None
    return found or everybody()


def _offer_topics() -> list[tuple[int, str]]:
    return [(one.pk, _("Topic: %(name)s") % {"name": one.name}) for one in Topic.objects.all()]


def _find_topic(number: int) -> Audience | None:
    topic = Topic.objects.filter(pk=number).first()
    return of_topic(topic) if topic else None


def _offer_lists() -> list[tuple[int, str]]:
    return [(one.pk, _("List: %(name)s") % {"name": one.name}) for one in ContactList.objects.all()]


def _find_list(number: int) -> Audience | None:
    found = ContactList.objects.filter(pk=number).first()
    return of_list(found) if found else None


register_audiences("topic", AudienceKind(offer=_offer_topics, find=_find_topic))
register_audiences("list", AudienceKind(offer=_offer_lists, find=_find_list))
