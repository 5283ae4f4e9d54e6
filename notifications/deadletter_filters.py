"""How is a dead letter found? By person, cause, stream, type, provider, recipient domain, age and source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from config.queues import Stream
from notifications.catalog import all_types
from notifications.delivery.models import DeadLetter, Provider
from notifications.explanation import in_words
from notifications.filters import WINDOWS, as_uuid, find_people

Letters = QuerySet[DeadLetter]

_AGES = {"1h": "In the last hour", "24h": "In the last 24 hours", "7d": "In the last 7 days", "old": "Before that"}
_STANDINGS = {"discarded": "Discarded", "all": "All"}


def _causes() -> Iterable[tuple[str, str]]:
    found = DeadLetter.objects.order_by("cause").values_list("cause", flat=True).distinct()
    return [(cause, in_words(cause)) for cause in found]


def _types() -> Iterable[tuple[str, str]]:
    return sorted((kind.key, kind.title()) for kind in all_types())


def _providers() -> Iterable[tuple[str, str]]:
    return Provider.objects.values_list("key", "name")


class DeadLetterFilter(filters.FilterSet):  # type: ignore[misc] # django-filter is not typed
    """The filters of the dead letters, in the order of the form. Discarded ones are left out unless asked for."""

    q = filters.CharFilter(method="find", label="Person or id", widget=forms.TextInput(attrs={"type": "search"}))
    cause = filters.ChoiceFilter(choices=_causes, empty_label="Any cause", label="Cause")
    type = filters.ChoiceFilter(field_name="type_key", choices=_types, empty_label="Any type", label="Type")
    stream = filters.ChoiceFilter(choices=Stream.choices, empty_label="Any stream", label="Stream")
    provider = filters.ChoiceFilter(
        field_name="provider_key", choices=_providers, empty_label="Any provider", label="Provider"
    )
    age = filters.ChoiceFilter(method="since", choices=list(_AGES.items()), empty_label="At any time", label="Died")
    domain = filters.CharFilter(method="at_domain", label="Recipient domain")
    source = filters.CharFilter(field_name="source", label="Source (event:…, campaign:…)")
    standing = filters.ChoiceFilter(
        method="standing_so", choices=list(_STANDINGS.items()), empty_label="Waiting", label="Standing"
    )

    class Meta:
        model = DeadLetter
        fields: list[str] = []

    def filter_queryset(self, queryset: Letters) -> Letters:
        """All filters; without a word about their standing, those that wait for a decision."""
        rows: Letters = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("standing") else rows.filter(discarded_at=None)

    def find(self, rows: Letters, name: str, value: str) -> Letters:
        """A message id, an address or its beginning, or a person's name."""
        identifier = as_uuid(value)
        return rows.filter(pk=identifier) if identifier else rows.filter(contact_id__in=find_people(value))

    def since(self, rows: Letters, name: str, value: str) -> Letters:
        """Died so recently, or (old) longer than a week ago."""
        now = timezone.now()
        if value == "old":
            return rows.filter(died_at__lt=now - WINDOWS["7d"])
        return rows.filter(died_at__gte=now - WINDOWS[value])

    def at_domain(self, rows: Letters, name: str, value: str) -> Letters:
        """Mails to one domain, however it is written."""
        return rows.filter(recipient_domain=value.strip().lower().rpartition("@")[2])

    def standing_so(self, rows: Letters, name: str, value: str) -> Letters:
        """Discarded ones, or both kinds."""
        return rows.filter(discarded_at__isnull=False) if value == "discarded" else rows


def matching(query: Any) -> Letters:
    """The dead letters that a query string's filters leave; none where a filter is nonsense."""
    found = DeadLetterFilter(query, queryset=DeadLetter.objects.all())
    rows: Letters = found.qs if found.is_valid() else DeadLetter.objects.none()
    return rows


def count_causes(query: Any) -> list[tuple[str, int]]:
    """How many of each cause, the most frequent first, by all filters but that of the cause itself."""
    others = query.copy()
    others.pop("cause", None)
    counted = matching(others).order_by().values_list("cause").annotate(number=Count("pk"))
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))


def cut_page(rows: Letters, request: HttpRequest, *, size: int) -> tuple[list[DeadLetter], str, str]:
    """One page, newest first, and the marks that lead to the newer and the older one ("" where there is none)."""
    before, after = _read_mark(request.GET.get("before")), _read_mark(request.GET.get("after"))
    if after:
        found = list(_beyond(rows, after, is_newer=True).order_by("died_at", "pk")[: size + 1])
        has_newer, found = len(found) > size, found[:size][::-1]
        has_older = True
    else:
        older = _beyond(rows, before, is_newer=False) if before else rows
        found = list(older.order_by("-died_at", "-pk")[: size + 1])
        has_older, found = len(found) > size, found[:size]
        has_newer = before is not None
    newer = _mark(found[0]) if found and has_newer else ""
    return found, newer, _mark(found[-1]) if found and has_older else ""


def _beyond(rows: Letters, mark: tuple[datetime, UUID], *, is_newer: bool) -> Letters:
    """The rows after a mark. The outer bound is for the index, the rest tells those of the same moment apart."""
    at, identifier = mark
    way = "gt" if is_newer else "lt"
    tied = Q(died_at=at, **{f"pk__{way}": identifier})
    return rows.filter(**{f"died_at__{way}e": at}).filter(Q(**{f"died_at__{way}": at}) | tied)


def _mark(letter: DeadLetter) -> str:
    return f"{letter.died_at.isoformat()}_{letter.pk}"


def _read_mark(text: str | None) -> tuple[datetime, UUID] | None:
    moment, _, identifier = (text or "").partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(identifier)) if at.tzinfo else None
    except ValueError:
        return None
