"""How is a mail found in the log? By person, type, state, what came of it, provider, cause and time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from config.ids import id_floor
from config.queues import Stream
from notifications.catalog import all_types
from notifications.catalog.channels import channel_keys, channel_of
from notifications.delivery.models import Outbox, Provider
from notifications.reader_filters import READER_FACTS, ReaderFilter, with_reader_fact
from preferences.addresses import BadAddress, normalise_address
from preferences.models import Contact
from tracking.models import Message

#: States for which the small outbox is asked: there the hot phases live, and the log has no index for them.
_WAITING = frozenset(Outbox.State.values) - {Outbox.State.UNKNOWN.value}

FACTS = {
    "sent": "Accepted by a provider", "delivered": "Delivered", "opened": "Opened", "clicked": "Clicked",
    "bounced": "Bounced", "complained": "Reported as spam", "unsubscribed": "Unsubscribed",
}  # fmt: skip
#: Ends other than a hand-over, in groups that people ask for.
ENDS: dict[str, tuple[str, ...]] = {
    "failed": ("failed", "dead"),
    "lapsed": ("expired", "cancelled"),
    "held": ("skipped", "failed", "dead", "expired", "cancelled"),
}
_END_NAMES = {"failed": "Failed or given up", "lapsed": "Expired or withdrawn", "held": "Not sent, for any reason"}
WINDOWS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}
#: Filters that no index serves look this far back, unless a time is chosen.
RECENT = timedelta(days=7)
#: What narrows a search by itself, whatever else is asked for.
_NARROW = ("q", "contact", "source", "window", "after", "until")
_ASIDE = frozenset({"deferred", "retrying", "unknown", "skipped", "failed", "dead", "cancelled", "expired"})
_WINDOW_NAMES = {
    "all": "Any time",
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
}
MOST_PEOPLE = 100

Messages = QuerySet[Message]


def _types() -> Iterable[tuple[str, str]]:
    return sorted((kind.key, kind.title()) for kind in all_types())


def _channels() -> Iterable[tuple[str, str]]:
    return [(key, channel_of(key).label) for key in channel_keys()]


def _providers() -> Iterable[tuple[str, str]]:
    return Provider.objects.values_list("key", "name")


class MessageFilter(ReaderFilter):
    """The filters of the message log, in the order of the form."""

    q = filters.CharFilter(method="find", label="Person or id", widget=forms.TextInput(attrs={"type": "search"}))
    state = filters.ChoiceFilter(
        method="in_state", choices=Message.State.choices, empty_label="Any state", label="State"
    )
    fact = filters.ChoiceFilter(
        method="with_fact", choices=[*FACTS.items(), *READER_FACTS.items(), *_END_NAMES.items()],
        empty_label="Whatever came of it", label="What came of it",
    )  # fmt: skip
    type = filters.ChoiceFilter(field_name="type_key", choices=_types, empty_label="Any type", label="Type")
    stream = filters.ChoiceFilter(choices=Stream.choices, empty_label="Any stream", label="Stream")
    channel = filters.ChoiceFilter(choices=_channels, empty_label="Any channel", label="Channel")
    provider = filters.ChoiceFilter(choices=_providers, empty_label="Any provider", label="Provider")
    window = filters.ChoiceFilter(method="since", choices=list(_WINDOW_NAMES.items()), empty_label="Recent",
                                  label="Created")  # fmt: skip
    contact = filters.NumberFilter(field_name="contact_id", label="Contact number")
    reason = filters.CharFilter(field_name="reason", label="Reason code")
    source = filters.CharFilter(method="caused_by", label="Cause (event:…, campaign:…)")
    template = filters.CharFilter(method="with_template", label="Template (welcome or welcome@3)")
    after = filters.DateFilter(method="from_day", label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = filters.DateFilter(method="to_day", label="Until", widget=forms.DateInput(attrs={"type": "date"}))

    class Meta:
        model = Message
        fields: list[str] = []

    @property
    def is_bounded(self) -> bool:
        """Whether only recent mails are looked at: a rare value without an index would be sought in the whole log."""
        asked = {name for name, value in self.form.cleaned_data.items() if value not in (None, "")}
        state = self.form.cleaned_data.get("state")
        return bool(asked) and not asked & set(_NARROW) and state not in _WAITING | _ASIDE

    def filter_queryset(self, queryset: Messages) -> Messages:
        """All filters, and the bound."""
        rows: Messages = super().filter_queryset(queryset)
        return rows.filter(pk__gte=id_floor(timezone.now() - RECENT)) if self.is_bounded else rows

    def find(self, rows: Messages, name: str, value: str) -> Messages:
        """A message id, an address or its beginning, or a person's name."""
        if identifier := as_uuid(value):
            return rows.filter(Q(pk=identifier) | Q(event_id=identifier))
        return rows.filter(contact_id__in=find_people(value))

    def in_state(self, rows: Messages, name: str, value: str) -> Messages:
        """Where the mail is; phases that a worker holds it in count as states."""
        if value in _WAITING:
            waiting = Outbox.objects.filter(state=value)
            return rows.filter(pk__in=waiting.values("message_id"))
        return rows.filter(aside=value) if value in _ASIDE else rows.filter(state=value)

    def with_fact(self, rows: Messages, name: str, value: str) -> Messages:
        """Mails to which this happened."""
        if value in READER_FACTS:
            return with_reader_fact(rows, value)
        if value == "sent":  # also where the answer to the call was lost; as reports count it
            return rows.filter(Q(sent_at__isnull=False) | Q(delivered_at__isnull=False) | Q(bounced_at__isnull=False))
        return rows.filter(aside__in=ENDS[value]) if value in ENDS else rows.filter(**{f"{value}_at__isnull": False})

    def since(self, rows: Messages, name: str, value: str) -> Messages:
        """Created so recently. Ids sort by time, so this is a range of the primary key."""
        return rows.filter(pk__gte=id_floor(timezone.now() - WINDOWS[value])) if value in WINDOWS else rows

    def caused_by(self, rows: Messages, name: str, value: str) -> Messages:
        """One event, campaign or journey."""
        identifier = as_uuid(value.removeprefix("event:"))
        return rows.filter(event_id=identifier) if identifier else rows.filter(source=value)

    def with_template(self, rows: Messages, name: str, value: str) -> Messages:
        """One version ("welcome@3") or all of a template ("welcome")."""
        return rows.filter(template_ref=value) if "@" in value else rows.filter(template_ref__startswith=f"{value}@")

    def from_day(self, rows: Messages, name: str, value: date) -> Messages:
        """Created on this day or later."""
        return rows.filter(pk__gte=id_floor(_midnight(value)))

    def to_day(self, rows: Messages, name: str, value: date) -> Messages:
        """Created on this day or earlier."""
        return rows.filter(pk__lt=id_floor(_midnight(value) + timedelta(days=1)))


def find_people(text: str) -> list[int]:
    """Ids of contacts whose address is or begins like `text`, or whose first or last name does; at most 100."""
    text = text.strip()
    try:
        exact = Contact.objects.filter(address=normalise_address(text)).values_list("pk", flat=True)
        return list(exact)
    except BadAddress:
        pass
    found = Contact.objects.filter(address__startswith=text.casefold()).values_list("pk", flat=True)[:MOST_PEOPLE]
    return list(found) or list(_named(text)[:MOST_PEOPLE])


def _named(text: str) -> Any:
    words = text.split()[:3]
    wanted = Q()
    for word in words:
        wanted &= Q(first_name__istartswith=word) | Q(last_name__istartswith=word)
    return (
        Contact.objects.filter(wanted).values_list("pk", flat=True)
        if words
        else Contact.objects.none().values_list("pk", flat=True)
    )


def as_uuid(text: str) -> UUID | None:
    """The id that a person wrote, or None where it is none."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
