"""What does staff see and change about people? Contacts to read, topics to edit."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

import preferences.rule_admin
import preferences.suppression_admin  # noqa: F401 - registers the screens of suppressions
from config import clock
from config.logtables import BoundedPaginator, ReadOnlyAdmin, TeachingAdmin
from config.screens import doors_of, provide_page
from preferences.addresses import BadAddress, normalise_address
from preferences.consent_admin import ConsentInline
from preferences.models import Choice, Contact, Suppression, Topic
from preferences.soft_bounces import describe_soft_bounces
from preferences.topic_forms import SAID, TopicForm

#: A name finds at most so many people; whoever is sought among more is found by the address.
MOST_NAMED = 200

provide_page(Contact, lambda contact: reverse("admin:preferences_contact_change", args=[contact.pk]))


class _ReadOnlyInline(TabularInline):  # type: ignore[misc] # Unfold is not typed
    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ChoiceInline(_ReadOnlyInline):
    model = Choice
    verbose_name_plural = "Wishes"
    fields = ("subject", "channel", "frequency", "source", "updated_at")
    readonly_fields = fields

    @admin.display(description="about")
    def subject(self, choice: Choice) -> str:
        return choice.type_key or str(choice.topic or "everything")


class SuppressionInline(_ReadOnlyInline):
    model = Suppression
    fields = ("scope", "reason", "detail", "created_at", "lifted_at", "lift_note")
    readonly_fields = fields


class StandingFilter(admin.SimpleListFilter):
    """How it stands with a contact."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("suppressed", "Suppressed"), ("paused", "Paused"), ("erased", "Erased"), ("untracked", "Not tracked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        match self.value():
            case "suppressed":
                active = Suppression.objects.filter(lifted_at=None, contact__isnull=False)
                return queryset.filter(pk__in=active.values("contact_id"))
            case "paused":
                return queryset.filter(paused_until__gt=clock.now())
            case "erased":
                return queryset.filter(erased_at__isnull=False)
            case "untracked":
                return queryset.filter(is_tracking_allowed=False)
        return queryset


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    empty_hint = "A contact comes into being with the first event about a person. Fill a shop with scripts/up --demo."
    list_display = ("who", "name", "locale", "time_zone", "last_opened_at", "last_clicked_at", "created_at")
    list_filter = (StandingFilter,)
    search_fields = ("address",)
    search_help_text = "An address or its beginning, or a first or last name"
    ordering = ("-created_at", "-id")
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    list_per_page = 50
    list_fullwidth = True
    inlines = (SuppressionInline, ChoiceInline, ConsentInline)
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "user", "ways")}),
        ("Mail", {"fields": ("locale", "time_zone", "paused_until", "is_tracking_allowed")}),
        ("History", {"fields": ("created_at", "last_opened_at", "last_clicked_at", "bounces", "erased_at")}),
        ("Attributes", {"fields": ("shown_attributes",)}),
    )
    readonly_fields = ("ways", "bounces", "shown_attributes")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Contact], search_term: str
    ) -> tuple[QuerySet[Contact], bool]:
        """By address through its index; by name only when no address begins like that."""
        term = search_term.strip()
        if not term:
            return queryset, False
        by_address = queryset.filter(address__startswith=_normalised(term))
        if by_address.exists():
            return by_address, False
        # Names have no index: they are looked through once, not again for the count and the page.
        named = queryset.filter(_named(term)).order_by().values_list("pk", flat=True)[:MOST_NAMED]
        return queryset.filter(pk__in=list(named)), False

    @admin.display(description="Address", ordering="address")
    def who(self, contact: Contact) -> str:
        return str(contact)

    @admin.display(description="Name")
    def name(self, contact: Contact) -> str:
        return contact.name or "-"

    @admin.display(description="See also")
    def ways(self, contact: Contact) -> SafeString:
        doors = [(door.url, door.label) for door in doors_of(contact)]
        return format_html_join("  ·  ", '<a class="pr-link" href="{}">{}</a>', doors)

    @admin.display(description="Soft bounces")
    def bounces(self, contact: Contact) -> str:
        return describe_soft_bounces(contact.pk)

    @admin.display(description="Attributes")
    def shown_attributes(self, contact: Contact) -> SafeString:
        text = json.dumps(contact.attributes, indent=2, ensure_ascii=False) if contact.attributes else "none"
        return format_html('<pre class="pr-code">{}</pre>', text)


@admin.register(Topic)
class TopicAdmin(TeachingAdmin):
    form = TopicForm
    empty_hint = "A topic is what people turn on and off. Types that name a topic make it; or add one here."
    list_display = ("name", "key", "description", "is_default_on", "is_listed", "position")
    list_display_links = ("name",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "key", "description", "is_default_on", "is_listed", "position")}),
        ("In other languages", {"fields": SAID, "description": "Left empty: shown as it stands above."}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Topic | None = None) -> tuple[str, ...]:
        """A key stands in code and in links of sent mail, so it stays."""
        return ("key",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Topic | None = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"key": ("name",)}


def _normalised(term: str) -> str:
    try:
        return normalise_address(term)
    except BadAddress:
        return term.casefold()


def _named(term: str) -> Q:
    wanted = Q()
    for word in term.split()[:3]:
        wanted &= Q(first_name__istartswith=word) | Q(last_name__istartswith=word)
    return wanted
