"""Whom can a job be about: everybody, the people on a list, or whom an upper app selects?

A job keeps the name of its audience ("all", "list:3"), and asks anew for each slice whom that means. Segments lie above
this app, so they hand their way of selecting down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from preferences.models import ContactList


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A SELECT with one column, `id`, of contacts; its values are bound, never written in."""

    sql: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """One kind: by the value after the colon whom it selects, and for a form all there are as (value, name)."""

    title: str
    select: Callable[[str], Selected]
    choices: Callable[[], Sequence[tuple[str, str]]]


class NoSuchAudience(ValueError):
    """Nobody can be meant; the message says what was named."""


_audiences: dict[str, Audience] = {}


def register_audience(kind: str, audience: Audience) -> None:
    """Offer a kind of audience to exports and other jobs; a kind registered again takes the place of the first."""
    _audiences[kind] = audience


def select_audience(name: str) -> Selected:
    """Whom a name such as "list:3" means now. Raises NoSuchAudience."""
    kind, _colon, value = name.partition(":")
    if kind not in _audiences or name not in names():
        raise NoSuchAudience(f"there is no audience {name}")
    return _audiences[kind].select(value)


def audience_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All of them in groups, for a select."""
    return [
        (one.title, [(f"{kind}:{value}" if value else kind, name) for value, name in one.choices()])
        for kind, one in _audiences.items()
        if one.choices()
    ]


def names() -> dict[str, str]:
    """What each audience is called."""
    return {name: words for _title, choices in audience_choices() for name, words in choices}


def _everybody(_value: str) -> Selected:
    return Selected(sql="SELECT id FROM preferences_contact WHERE erased_at IS NULL")


def _on_list(value: str) -> Selected:
    return Selected(
        sql="SELECT contact_id AS id FROM preferences_listmember WHERE list_id = %s", parameters=(int(value),)
    )


def _lists() -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in ContactList.objects.all()]


register_audience("all", Audience(title="Everybody", select=_everybody, choices=lambda: [("", "All contacts")]))
register_audience("list", Audience(title="Lists", select=_on_list, choices=_lists))
