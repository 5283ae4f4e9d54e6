"""How is the list of contacts narrowed by an attribute? "plan = pro", looked for among the newest contacts.

No index knows every attribute that somebody may define, and one that did would slow each import. So a bounded number
of contacts is looked through, and the page says so; a segment finds everybody.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.contrib.filters.admin import TextFilter

from preferences.attribute_kinds import PLACE_PARTS, BadValue, Value, parse_value
from preferences.models import Attribute, Contact

Contacts = QuerySet[Contact]

#: So many of the newest contacts are looked through, and so many of those that fit are listed.
MOST_LOOKED_AT = 50_000
MOST_FOUND = 500

_ASKED = re.compile(r"\s*([^=<>]+?)\s*(<=|>=|=|<|>)\s*(.+?)\s*", re.DOTALL)
_LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_ORDERED = frozenset({Attribute.Kind.NUMBER, Attribute.Kind.DATE})


class BadQuestion(ValueError):
    """What was typed asks for nothing; the message says how to ask."""


class AttributeFilter(TextFilter):  # type: ignore[misc] # Unfold is not typed
    """A field for one question."""

    title = "attribute (plan = pro)"
    parameter_name = "attribute"

    def queryset(self, request: HttpRequest, queryset: Contacts) -> Contacts:
        """The newest contacts of which it is true."""
        asked = self.value() or ""
        if not asked.strip():
            return queryset
        try:
            found = find_newest(queryset, asked)
        except BadQuestion as fault:
            _tell(request, messages.ERROR, str(fault))
            return queryset.none()
        if (edge := _edge()) is not None:
            newest = f"{MOST_LOOKED_AT:,}"
            said = _("The newest %(number)s contacts were looked through. A segment finds everybody.")
            _tell(request, messages.INFO, said % {"number": newest})
            found = found.extra(where=[_NEWER], params=list(edge))  # noqa: S610 - our own test, bound values
        ids = list(found.order_by("-created_at", "-id").values_list("pk", flat=True)[:MOST_FOUND])
        if len(ids) == MOST_FOUND:
            said = _("The newest %(number)d that fit are listed. A segment finds everybody.")
            _tell(request, messages.INFO, said % {"number": MOST_FOUND})
        return queryset.filter(pk__in=ids)


_NEWER = "(preferences_contact.created_at, preferences_contact.id) > (%s, %s)"


def find_newest(rows: Contacts, asked: str) -> Contacts:
    """Those of whom it is true, as a query that is not bounded yet. Raises BadQuestion."""
    read = _ASKED.fullmatch(asked[:300])
    if read is None:
        raise BadQuestion(_("Ask for an attribute like this: plan = pro, or points >= 100."))
    name, sign, raw = read.groups()
    attribute = Attribute.objects.filter(Q(key__iexact=name) | Q(name__iexact=name)).first()
    if attribute is None:
        raise BadQuestion(_("There is no attribute “%(name)s”.") % {"name": name})
    if sign != "=" and attribute.kind not in _ORDERED:
        raise BadQuestion(_("“%(name)s” has no order: ask for it with =.") % {"name": attribute.name})
    try:
        value = parse_value(attribute.kind, raw)
    except BadValue as fault:
        raise BadQuestion(f"{attribute.name}: {fault}.") from fault
    return _narrow(rows, attribute, _LOOKUPS[sign], value)


def _narrow(rows: Contacts, attribute: Attribute, lookup: str, value: Value | None) -> Contacts:
    kind, key = attribute.kind, attribute.key
    if kind == Attribute.Kind.TEXT:
        return rows.annotate(_asked=KeyTextTransform(key, "attributes")).filter(_asked__iexact=str(value))
    if kind == Attribute.Kind.DATE:
        return rows.annotate(_asked=KeyTextTransform(key, "attributes")).filter(
            Q(**{f"_asked__{lookup}": value}) & Q(_asked__lt="9999-99")  # what is no day at all sorts behind
        )
    if kind == Attribute.Kind.PLACE:
        return _in_place(rows, key, value)
    if kind == Attribute.Kind.NUMBER and lookup != "exact":
        # In JSON's order all strings come before and truth values after the numbers.
        only_numbers = {"_asked__gte": -1e300, "_asked__lt": False}
        return rows.annotate(_asked=KeyTransform(key, "attributes")).filter(
            Q(**only_numbers) & Q(**{f"_asked__{lookup}": value})
        )
    return rows.filter(attributes__contains={key: value})


def _in_place(rows: Contacts, key: str, value: Value | None) -> Contacts:
    """Whatever part of a place was named: each that was must be so."""
    for part in PLACE_PARTS:
        if isinstance(value, dict) and value.get(part):
            inner = KeyTextTransform(part, KeyTransform(key, "attributes"))
            rows = rows.annotate(**{f"_{part}": inner}).filter(**{f"_{part}__iexact": value[part]})
    return rows


def _edge() -> tuple[Any, int] | None:
    """The newest contact that is not looked at any more; None where all are."""
    newest = Contact.objects.order_by("-created_at", "-id").values_list("created_at", "id")
    return newest[MOST_LOOKED_AT : MOST_LOOKED_AT + 1].first()


def _tell(request: HttpRequest, level: int, text: str) -> None:
    """Once, though the admin asks for the rows more than once."""
    if text not in {str(one) for one in getattr(request, "_attribute_told", ())}:
        request._attribute_told = [*getattr(request, "_attribute_told", ()), text]  # type: ignore[attr-defined]
        messages.add_message(request, level, text)
