"""How are uncertain mails narrowed down? By provider, stream, type and person."""

from __future__ import annotations

from collections.abc import Iterable

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from config.queues import Stream
from notifications.catalog import all_types
from notifications.delivery.models import Provider
from notifications.filters import as_uuid, find_people
from tracking.models import Message


def _types() -> Iterable[tuple[str, str]]:
    return sorted((kind.key, kind.title()) for kind in all_types())


def _providers() -> Iterable[tuple[str, str]]:
    return Provider.objects.values_list("key", "name")


class UncertainFilter(filters.FilterSet):  # type: ignore[misc] # django-filter is not typed
    """The filters of the uncertain mails, in the order of the form."""

    q = filters.CharFilter(method="find", label="Person or id", widget=forms.TextInput(attrs={"type": "search"}))
    provider = filters.ChoiceFilter(choices=_providers, empty_label="Any provider", label="Provider")
    stream = filters.ChoiceFilter(choices=Stream.choices, empty_label="Any stream", label="Stream")
    type = filters.ChoiceFilter(field_name="type_key", choices=_types, empty_label="Any type", label="Type")

    class Meta:
        model = Message
        fields: list[str] = []

    def find(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """A message id, an address or its beginning, or a person's name."""
        identifier = as_uuid(value)
        return rows.filter(pk=identifier) if identifier else rows.filter(contact_id__in=find_people(value))
