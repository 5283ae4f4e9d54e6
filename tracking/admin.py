"""What does staff see of what happened? Events with their faults and mails, and the raw reports; all to read only."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from config.logtables import LogAdmin, labelled
from config.queues import Stream
from config.screens import doors_of, page_of, provide_page
from preferences.addresses import BadAddress, normalise_address
from preferences.models import Contact
from tracking.models import Event, WebhookReceipt
from tracking.schemas import find_schema, known_names

provide_page(Event, lambda event: reverse("admin:tracking_event_change", args=[event.pk]))

_STATE_LABELS = {"Accepted": "success", "Refused": "danger", "Duplicate": "warning", "Withdrawal": "info"}


class NameFilter(admin.SimpleListFilter):
    """The event's name, of those declared."""

    title = "name"
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in known_names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(name=self.value()) if self.value() else queryset


class StreamFilter(admin.SimpleListFilter):
    """The lane that an event feeds."""

    title = "stream"
    parameter_name = "stream"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Stream.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(stream=self.value()) if self.value() else queryset


class RoutedFilter(admin.SimpleListFilter):
    """Whether its mails were decided about."""

    title = "routed"
    parameter_name = "routed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(routed_at=None, state=Event.State.ACCEPTED) if self.value() else queryset


@admin.register(Event)
class EventAdmin(LogAdmin):
    empty_hint = "Nothing was raised yet. An application says what happened with tracking.signals.event.send(…)."
    list_display = ("received", "name", "contact", "shown_state", "why", "faults_in_short", "stream", "source")
    list_filter = ("state", NameFilter, StreamFilter, RoutedFilter)
    list_select_related = ("contact",)
    search_fields = ("name",)
    search_help_text = "An event's id or key, an address, or an event's name"
    fieldsets = (
        (None, {"fields": ("name", "contact_link", "shown_state", "faults_in_full", "caused", "ways")}),
        ("Payload", {"fields": ("shown_payload",)}),
        (
            "Record",
            {"fields": ("id", "source", "key", "stream", "received_at", "send_at", "routed_at", "duplicate_link")},
        ),
    )
    readonly_fields = (
        "contact_link",
        "shown_state",
        "faults_in_full",
        "caused",
        "ways",
        "shown_payload",
        "duplicate_link",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """By what the term looks like: an id, an address, a name; else it is taken for a caller's key."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if identifier := _uuid(term):
            return queryset.filter(pk=identifier), False
        if address := _address(term):
            return queryset.filter(contact__in=Contact.objects.filter(address=address)), False
        return queryset.filter(**{"name" if find_schema(term) else "key": term}), False

    @admin.display(description="Received", ordering="-id")
    def received(self, event: Event) -> SafeString:
        return format_html('<span class="pr-num">{}</span>', f"{localtime(event.received_at):%d %b %Y %H:%M:%S}")

    @labelled("State", _STATE_LABELS)
    def shown_state(self, event: Event) -> str:
        return event.get_state_display()

    @admin.display(description="Faults")
    def faults_in_short(self, event: Event) -> str:
        faults = _faults(event)
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return f"{faults[0][0]}: {faults[0][1]}{more}"[:120] if faults else ""

    @admin.display(description="Faults")
    def faults_in_full(self, event: Event) -> SafeString | str:
        rows = format_html_join("", '<li><code class="pr-mono">{}</code> {}</li>', _faults(event))
        return format_html('<ul class="pr-faults">{}</ul>', rows) if rows else "none"

    @admin.display(description="Contact")
    def contact_link(self, event: Event) -> SafeString | str:
        return _link(page_of(event.contact), str(event.contact)) if event.contact else "none could be told"

    @admin.display(description="Mails it caused")
    def caused(self, event: Event) -> SafeString | str:
        rows = [
            (page_of(message), message.type_key or message.source, message.get_state_display(), message.reason)
            for message in event.messages.order_by("id")[:50]
        ]
        if rows:
            listed = format_html_join(
                "", '<li><a class="pr-link" href="{}">{}</a> <span class="pr-soft">{} {}</span></li>', rows
            )
            return format_html('<ul class="pr-faults">{}</ul>', listed)
        if event.state == Event.State.WITHDRAWAL:
            return "none: it takes back what the event with this name and key caused"
        if event.state != Event.State.ACCEPTED:
            return "none: it was not accepted"
        return "none: no type listens to it" if event.routed_at else "not decided yet: it waits to be routed"

    @admin.display(description="See also")
    def ways(self, event: Event) -> SafeString:
        return format_html_join("  ·  ", '<a class="pr-link" href="{}">{}</a>', _doors(event))

    @admin.display(description="Why")
    def why(self, event: Event) -> SafeString:
        """The first screen that explains it; its name is long, and the column is narrow."""
        return format_html_join("", '<a class="pr-link" href="{}" title="{}">Why?</a>', _doors(event)[:1])

    @admin.display(description="Payload")
    def shown_payload(self, event: Event) -> SafeString:
        note = " Secret fields are masked; nobody can read them here." if event.secrets else ""
        text = json.dumps(event.payload, indent=2, ensure_ascii=False, sort_keys=True)
        return format_html('<pre class="pr-code">{}</pre><p class="pr-soft">{}</p>', text, note)

    @admin.display(description="Duplicate of")
    def duplicate_link(self, event: Event) -> SafeString | str:
        if event.duplicate_of is None:
            return "-"
        return _link(reverse("admin:tracking_event_change", args=[event.duplicate_of]), str(event.duplicate_of))


@admin.register(WebhookReceipt)
class ReceiptAdmin(LogAdmin):
    empty_hint = (
        "No provider or reader has reported anything. Give each provider its webhook address; it is on its page."
    )
    list_display = ("received_at", "provider", "kind", "occurred_at", "shown_state", "problem")
    list_filter = ("kind",)
    search_fields = ("message_id",)
    search_help_text = "A message's id"
    fieldsets = (
        (None, {"fields": ("provider", "kind", "message_id", "provider_message_id", "problem")}),
        ("Times", {"fields": ("occurred_at", "received_at", "processed_at")}),
        ("As it came", {"fields": ("shown_raw",)}),
    )
    readonly_fields = ("shown_raw",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WebhookReceipt], search_term: str
    ) -> tuple[QuerySet[WebhookReceipt], bool]:
        if not search_term.strip():
            return queryset, False
        identifier = _uuid(search_term)
        return (queryset.filter(message_id=identifier) if identifier else queryset.none()), False

    @labelled("State", {"Processed": "success", "Waiting": "info", "Problem": "danger"})
    def shown_state(self, receipt: WebhookReceipt) -> str:
        if receipt.problem:
            return "Problem"
        return "Processed" if receipt.processed_at else "Waiting"

    @admin.display(description="Raw")
    def shown_raw(self, receipt: WebhookReceipt) -> SafeString:
        return format_html('<pre class="pr-code">{}</pre>', json.dumps(receipt.raw, indent=2, ensure_ascii=False))


def _doors(event: Event) -> list[tuple[str, str]]:
    return [(door.url, door.label) for door in doors_of(event)]


def _faults(event: Event) -> list[tuple[str, str]]:
    return [(str(fault.get("path", "")), str(fault.get("reason", ""))) for fault in event.faults]


def _link(url: str, text: str) -> SafeString:
    return format_html('<a class="pr-link" href="{}">{}</a>', url, text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _address(text: str) -> str | None:
    try:
        return normalise_address(text)
    except BadAddress:
        return None
