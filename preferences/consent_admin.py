"""What does staff see of the consent ledger? All of it, to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.logtables import LogAdmin, labelled
from config.screens import offer_door
from preferences.addresses import BadAddress, normalise_address
from preferences.models import ConsentRecord, Contact, Topic

_TONES = {"Asked for it": "info", "Confirmed": "success", "Granted": "success", "Withdrawn": "danger"}


def _offer_proof(kind: str) -> None:
    label = f"Proof of consent ({kind.upper()})"
    offer_door(Contact, label, lambda contact: reverse("preferences:consent-of-contact", args=[contact.pk, kind]))


_offer_proof("csv")
_offer_proof("json")


class TopicFilter(admin.SimpleListFilter):
    """One topic."""

    title = "topic"
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(topic.key, topic.name) for topic in Topic.objects.all()[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ConsentRecord]) -> QuerySet[ConsentRecord]:
        return queryset.filter(topic__key=self.value()) if self.value() else queryset


class PlaceFilter(admin.SimpleListFilter):
    """Where a consent was given or withdrawn."""

    title = "where"
    parameter_name = "where"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("form:", "Sign-up form"), ("preference", "Preference page"), ("unsubscribe", "Unsubscribe link"),
                ("import:", "Import")]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[ConsentRecord]) -> QuerySet[ConsentRecord]:
        place = self.value()
        return queryset.filter(source__startswith=place) if place else queryset


@admin.register(ConsentRecord)
class ConsentRecordAdmin(LogAdmin):
    """The ledger; the database itself refuses changes."""

    empty_hint = "Nothing is in the ledger yet. Each sign-up, each yes and each no of a person is written down here."
    list_display = ("occurred_at", "who", "what", "topic", "version", "source", "ip")
    list_display_links = ("occurred_at",)
    list_filter = ("action", TopicFilter, PlaceFilter)
    list_select_related = ("contact", "topic", "wording")
    search_fields = ("contact__address",)
    search_help_text = "An address or its beginning"
    fields = ("occurred_at", "who", "what", "topic", "version", "words", "source", "ip")
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ConsentRecord], search_term: str
    ) -> tuple[QuerySet[ConsentRecord], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            term = normalise_address(term)
        except BadAddress:
            term = term.casefold()
        people = Contact.objects.filter(address__startswith=term).values("pk")
        return queryset.filter(contact__in=people), False

    @admin.display(description="Person")
    def who(self, entry: ConsentRecord) -> SafeString:
        url = reverse("admin:preferences_contact_change", args=[entry.contact_id])
        return format_html('<a class="pr-link" href="{}">{}</a>', url, entry.contact)

    @labelled("What", _TONES)
    def what(self, entry: ConsentRecord) -> str:
        return entry.get_action_display()

    @admin.display(description="Wording")
    def version(self, entry: ConsentRecord) -> str:
        return str(entry.wording or "-")

    @admin.display(description="In these words")
    def words(self, entry: ConsentRecord) -> SafeString:
        return format_html('<p class="pr-wrap">{}</p>', entry.wording.text if entry.wording else "-")
