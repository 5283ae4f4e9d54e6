"""Whom can something be about: everybody, who is on a list, who gets a topic, or whom an upper app selects?

A job keeps the name of its audience ("all", "list:3"), and asks anew for each slice whom that means. Segments lie above
this app, so they hand their way of selecting down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from preferences.models import ContactList, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A SELECT of one column, `id`, that gives each contact once; its values are bound. `label` says who they are."""

    label: str
    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceKind:
    """One kind: all there are as (value, name) for a form, and the one that the value after the colon means."""

    title: str | Promise
    offer: Callable[[], Sequence[tuple[str, str]]]
    find: Callable[[str], Audience]


class NoSuchAudience(ValueError):
    """Nobody can be meant; the message says what was named."""


_kinds: dict[str, AudienceKind] = {}


def register_audience(name: str, kind: AudienceKind) -> None:
    """Offer a kind wherever people are chosen; a name registered again takes the place of the first."""
    _kinds[name] = kind


def find_audience(name: str) -> Audience:
    """Whom a name such as "list:3" means now. Raises NoSuchAudience."""
    kind, _colon, value = name.partition(":")
    if kind not in _kinds or name not in names():
        raise NoSuchAudience(f"there is no audience {name}")
    return _kinds[kind].find(value)


def audience_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All of them in groups, for a select."""
    groups = [(str(kind.title), name, kind.offer()) for name, kind in _kinds.items()]
    return [
        (title, [(f"{name}:{value}" if value else name, words) for value, words in offered])
        for title, name, offered in groups
        if offered
    ]


def names() -> dict[str, str]:
    """What each audience is called."""
    return {name: words for _title, choices in audience_choices() for name, words in choices}


def everybody() -> Audience:
    """All contacts who were not erased."""
    return Audience(label=_("all contacts"), sql="SELECT id FROM preferences_contact WHERE erased_at IS NULL")


def of_list(contact_list: ContactList) -> Audience:
    """Who is on a list."""
    sql = "SELECT contact_id AS id FROM preferences_listmember WHERE list_id = %s"
    return Audience(
        label=_("the list “%(name)s”") % {"name": contact_list.name}, sql=sql, parameters=(contact_list.pk,)
    )


def of_topic(topic: Topic) -> Audience:
    """Who gets a topic: the wish about it, else the one about everything, else what the topic itself says."""
    usual = "immediate" if topic.is_default_on else "never"
    sql = (
        "SELECT c.id FROM preferences_contact c"
        " LEFT JOIN preferences_choice t ON t.contact_id = c.id AND t.topic_id = %s AND t.type_key = ''"
        " AND t.channel = ''"
        " LEFT JOIN preferences_choice e ON e.contact_id = c.id AND e.topic_id IS NULL AND e.type_key = ''"
        " AND e.channel = ''"
        " WHERE c.erased_at IS NULL AND NOT c.is_unconfirmed"
        " AND coalesce(t.frequency, e.frequency, %s) <> 'never'"
    )
    return Audience(label=_("who gets “%(topic)s”") % {"topic": topic.name}, sql=sql, parameters=(topic.pk, usual))


def _offer_lists() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in ContactList.objects.all()]


def _offer_topics() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in Topic.objects.all()]


register_audience(
    "all",
    AudienceKind(
        title=gettext_lazy("Everybody"), offer=lambda: [("", _("All contacts"))], find=lambda _value: everybody()
    ),
)
register_audience(
    "list",
    AudienceKind(
        title=gettext_lazy("Lists"), offer=_offer_lists,
        find=lambda value: of_list(ContactList.objects.get(pk=int(value))),
    ),
)  # fmt: skip
register_audience(
    "topic",
    AudienceKind(
        title=gettext_lazy("Who gets a topic"), offer=_offer_topics,
        find=lambda value: of_topic(Topic.objects.get(pk=int(value))),
    ),
)  # fmt: skip
