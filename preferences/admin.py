"""What does staff see and change about people? Contacts to read, topics to edit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

import preferences.consent_admin
import preferences.rule_admin
import preferences.suppression_admin  # noqa: F401 - registers the screens of suppressions
from config import clock
from config.logtables import MOST_ROWS_COUNTED, BoundedPaginator, ReadOnlyAdmin, TeachingAdmin
from preferences.addresses import BadAddress, normalise_address
from preferences.attribute_filter import AttributeFilter
from preferences.bulk_editing import MOST_CHOSEN
from preferences.models import Contact, ContactList, Suppression, Topic
from preferences.topic_forms import SAID, TopicForm

#: A name finds at most so many people; whoever is sought among more is found by the address.
MOST_NAMED = 200
MOST_LISTS = 200


class StandingFilter(admin.SimpleListFilter):
    """How it stands with a contact."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("suppressed", "Suppressed"),
            ("paused", "Paused"),
            ("erased", "Erased"),
            ("untracked", "Not tracked"),
            ("unconfirmed", "Never confirmed"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        match self.value():
            case "suppressed":
                active = Suppression.objects.filter(lifted_at=None, contact__isnull=False).order_by("-created_at")
                return queryset.filter(pk__in=list(active.values_list("contact_id", flat=True)[:MOST_ROWS_COUNTED]))
            case "paused":
                return queryset.filter(paused_until__gt=clock.now())
            case "erased":
                return queryset.filter(erased_at__isnull=False)
            case "untracked":
                return queryset.filter(is_tracking_allowed=False)
            case "unconfirmed":
                return queryset.filter(is_unconfirmed=True)
        return queryset.filter(erased_at=None)  # as segments and exports count: nobody is left of the others


class ListFilter(admin.SimpleListFilter):
    """Who is on a list."""

    title = "list"
    parameter_name = "list"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(one.pk), one.name) for one in ContactList.objects.all()[:MOST_LISTS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        value = self.value() or ""
        return queryset.filter(list_members__list_id=int(value)) if value.isdigit() else queryset


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    empty_hint = "A contact comes into being with the first event about a person. Fill a shop with scripts/up --demo."
    list_display = ("who", "name", "language", "time_zone", "last_opened", "last_clicked", "since")
    list_filter = (StandingFilter, ListFilter, AttributeFilter)
    list_filter_submit = True
    actions = ("edit_chosen",)
    list_before_template = "preferences/console/contact_ways.html"
    search_fields = ("address",)
    search_help_text = "An address or its beginning, or a first or last name"
    ordering = ("-created_at", "-id")
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    list_per_page = 50
    list_fullwidth = True

    @admin.action(description="Edit the chosen contacts", permissions=["edit"])
    def edit_chosen(self, request: HttpRequest, queryset: QuerySet[Contact]) -> HttpResponse:
        """On to the form that changes many."""
        ids = ",".join(map(str, queryset.order_by("pk").values_list("pk", flat=True)[:MOST_CHOSEN]))
        return redirect(f"{reverse('preferences:bulk-edits')}?ids={ids}")

    def has_edit_permission(self, request: HttpRequest) -> bool:
        """For the action above."""
        return request.user.has_perm("preferences.change_contact")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **options: Any) -> HttpResponse:
        """One contact has a page of its own."""
        if not object_id.isdigit():
            raise Http404
        return redirect("preferences:contact", int(object_id))

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

    @admin.display(description="Language")
    def language(self, contact: Contact) -> str:
        return contact.locale

    @admin.display(description="Last opened")
    def last_opened(self, contact: Contact) -> date | None:
        return _day(contact.last_opened_at)

    @admin.display(description="Last clicked")
    def last_clicked(self, contact: Contact) -> date | None:
        return _day(contact.last_clicked_at)

    @admin.display(description="Contact since")
    def since(self, contact: Contact) -> date | None:
        return _day(contact.created_at)


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


def _day(at: datetime | None) -> date | None:
    """The list shows days, which stay on one line; the contact's page has the hour."""
    return timezone.localtime(at).date() if at else None


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
