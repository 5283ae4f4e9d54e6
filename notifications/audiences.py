"""Of whom is something asked before it is sent? A set of contacts, as the SQL that selects their ids."""

from __future__ import annotations

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


def offer_audiences() -> list[tuple[str, str]]:
    """Name and words of each, for a field to choose from."""
    return [
        ("all", _("All contacts")),
        *((f"topic-{one.pk}", _("Topic: %(name)s") % {"name": one.name}) for one in Topic.objects.all()),
        *((f"list-{one.pk}", _("List: %(name)s") % {"name": one.name}) for one in ContactList.objects.all()),
    ]


def find_audience(name: str) -> Audience:
    """The one with this name; everybody where there is none."""
    kind, _dash, number = name.partition("-")
    if number.isdecimal() and len(number) < 19:
        if kind == "topic" and (topic := Topic.objects.filter(pk=number).first()):
            return of_topic(topic)
        if kind == "list" and (found := ContactList.objects.filter(pk=number).first()):
            return of_list(found)
    return everybody()
