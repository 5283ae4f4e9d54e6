"""Which attributes are defined, how do definitions change, and what stands in the data without one?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from preferences.attribute_kinds import BadValue, Kind, Value, guess_kind, parse_value
from preferences.models import Attribute

#: Contacts whose values one statement reads or rewrites.
_PAGE = 5_000
#: Where there are more contacts than that, keys without a definition are looked for in a sample.
_SAMPLED_FROM = 10_000
_SHOWN = 50
_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undefined:
    """A key that contacts have and nobody defined, with what its values look like."""

    key: str
    contacts: int  # of those that were looked at
    kind: Kind
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What another kind would do to the values that are stored."""

    values: int
    rewritten: int  # stay, in another spelling
    unfit: int
    examples: tuple[str, ...]


def key_of(words: str) -> str:
    """The key that a heading becomes: "Favourite Colour" is favourite_colour."""
    folded = words.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    return _KEY.sub("_", folded).strip("_")[:64]


def parse_attributes(given: Mapping[str, object]) -> dict[str, Value | None]:
    """Values by key, as they are stored; of keys without a definition as they came. Raises BadValue, with the key."""
    kinds = dict(Attribute.objects.filter(key__in=list(given)).values_list("key", "kind"))
    parsed: dict[str, Any] = {}
    for key, raw in given.items():
        try:
            parsed[key] = parse_value(kinds[key], raw) if key in kinds else raw
        except BadValue as fault:
            raise BadValue(f"{key}: {fault}") from None
    return parsed


def find_undefined() -> list[Undefined]:
    """Keys in the data without a definition, the most common first; of very many contacts a sample is looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'preferences_contact'::regclass")
        number = cursor.fetchone()[0]
        share = 100.0 if number < _SAMPLED_FROM else max(0.01, 100.0 * _SAMPLED_FROM / number)
        cursor.execute(_UNDEFINED, {"share": share, "most": _SHOWN})
        found = [(key, contacts, list(map(_loaded, values))) for key, contacts, values in cursor.fetchall()]
    return [
        Undefined(key=key, contacts=contacts, kind=guess_kind(values), example=_in_short(values[0]))
        for key, contacts, values in found
    ]


@transaction.atomic
def define(key: str, *, name: str = "", kind: str = "", description: str = "") -> Attribute:
    """The definition of a key, made when new; without a kind it is guessed from the data.

    Values in another spelling are rewritten; those that do not fit the kind stay as they are.
    """
    known = Attribute.objects.filter(key=key).first()
    if known:
        return known
    wanted = kind or next((one.kind for one in find_undefined() if one.key == key), Kind.TEXT)
    made = Attribute.objects.create(
        key=key, name=(name or key.replace("_", " ").replace("-", " ").strip().capitalize())[:120], kind=wanted,
        description=description[:300],
    )  # fmt: skip
    _rewrite(key, wanted)
    return made


def plan_kind(attribute: Attribute, kind: str) -> Change:
    """What changing the kind would do, without doing it."""
    values = rewritten = unfit = 0
    examples: list[str] = []
    for page in _pages(attribute.key):
        for _contact_id, value in page:
            values += 1
            try:
                rewritten += parse_value(kind, value) != value
            except BadValue:
                unfit += 1
                examples = [*examples, _in_short(value)] if len(examples) < 5 else examples
    return Change(values=values, rewritten=rewritten, unfit=unfit, examples=tuple(examples))


class Unfit(ValueError):
    """Values that do not fit stand in the way of another kind; the message says how many."""


@transaction.atomic
def change_kind(attribute: Attribute, kind: str, *, drops_unfit: bool = False) -> tuple[int, int]:
    """Give an attribute another kind, and rewrite its values; how many were rewritten, and how many removed.

    Raises Unfit where values do not fit, unless they are to be removed.
    """
    change = plan_kind(attribute, kind)
    if change.unfit and not drops_unfit:
        raise Unfit(f"{change.unfit:,} of {change.values:,} values do not fit, such as {', '.join(change.examples)}")
    Attribute.objects.filter(pk=attribute.pk).update(kind=kind)
    return _rewrite(attribute.key, kind, drops_unfit=drops_unfit, drops_blank=True)


def _rewrite(key: str, kind: str, *, drops_unfit: bool = False, drops_blank: bool = False) -> tuple[int, int]:
    rewritten = removed = 0
    for page in _pages(key):
        changed: dict[int, Value] = {}
        dropped: list[int] = []
        for contact_id, value in page:
            try:
                parsed = parse_value(kind, value)
            except BadValue:
                dropped += [contact_id] if drops_unfit else []
            else:
                if parsed is None:
                    dropped += [contact_id] if drops_blank else []
                elif parsed != value or type(parsed) is not type(value):
                    changed[contact_id] = parsed
        _store(key, changed, dropped)
        rewritten, removed = rewritten + len(changed), removed + len(dropped)
    return rewritten, removed


def _store(key: str, changed: Mapping[int, Value], dropped: list[int]) -> None:
    with connection.cursor() as cursor:
        if changed:
            values = [json.dumps(value) for value in changed.values()]
            cursor.execute(_SET, {"key": key, "ids": list(changed), "values": values})
        if dropped:
            cursor.execute(_REMOVE, {"key": key, "ids": dropped})


def _pages(key: str) -> Iterator[list[tuple[int, Any]]]:
    """(contact, stored value), page by page; contacts without one are left out."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_VALUES, {"key": key, "last": last, "most": _PAGE})
            page = [(contact_id, _loaded(value)) for contact_id, value in cursor.fetchall()]
        if not page:
            return
        yield page
        last = page[-1][0]


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _in_short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


_VALUES = """
    SELECT id, (attributes->%(key)s)::text FROM preferences_contact
    WHERE id > %(last)s AND attributes ? %(key)s AND jsonb_typeof(attributes->%(key)s) <> 'null'
    ORDER BY id LIMIT %(most)s
"""
_SET = """
    UPDATE preferences_contact c SET attributes = jsonb_set(c.attributes, ARRAY[%(key)s]::text[], v.value)
    FROM unnest(%(ids)s::bigint[], %(values)s::jsonb[]) v(id, value) WHERE c.id = v.id
"""
_REMOVE = "UPDATE preferences_contact SET attributes = attributes - %(key)s::text WHERE id = ANY(%(ids)s::bigint[])"
_UNDEFINED = """
    SELECT e.key, count(*), (array_agg(e.value::text))[1:200]
    FROM preferences_contact c TABLESAMPLE SYSTEM (%(share)s), jsonb_each(c.attributes) e
    WHERE NOT EXISTS (SELECT FROM preferences_attribute a WHERE a.key = e.key) AND e.key ~ '^[-A-Za-z0-9_]{1,64}$'
    AND jsonb_typeof(e.value) <> 'null' AND jsonb_typeof(c.attributes) = 'object'
    GROUP BY e.key ORDER BY 2 DESC, 1 LIMIT %(most)s
"""
