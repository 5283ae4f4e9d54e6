"""What does staff see and change about people? Contacts to read, topics to edit, suppressions to add and lift."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

import preferences.rule_admin  # noqa: F401 - registers the screens of rules
from config import clock
from config.logtables import BoundedPaginator, ReadOnlyAdmin, TeachingAdmin, labelled
from config.screens import doors_of, provide_page
from preferences.addresses import BadAddress, normalise_address
from preferences.consent_admin import ConsentInline
from preferences.forms import SuppressionForm
from preferences.models import Choice, Contact, Suppression, Topic
from preferences.soft_bounces import describe_soft_bounces
from preferences.suppression import lift_suppression, suppress
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
    fields = ("scope", "reason", "detail", "created_at", "lifted_at")
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


class ActiveFilter(admin.SimpleListFilter):
    """Whether a suppression still stands."""

    title = "in force"
    parameter_name = "active"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "In force"), ("no", "Lifted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> QuerySet[Suppression]:
        return queryset.filter(lifted_at__isnull=self.value() == "yes") if self.value() else queryset


@admin.register(Suppression)
class SuppressionAdmin(TeachingAdmin):
    """Rows come from `suppress` and go by `lift_suppression`; here both are only asked for."""

    empty_hint = "No address is suppressed. Hard bounces and spam complaints add one at once; you can add one by hand."

    form = SuppressionForm
    list_display = ("who", "scope", "reason", "detail", "created_at", "lifted")
    list_display_links = ("reason",)
    list_filter = (ActiveFilter, "scope", "reason")
    list_select_related = ("contact",)
    search_fields = ("contact__address",)
    search_help_text = "An address or its beginning"
    ordering = ("-created_at",)
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    list_max_show_all = 0
    list_fullwidth = True
    actions = ("lift",)

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return (
            ("who", "scope", "reason", "detail", "created_at", "lifted_at") if obj else ("address", "scope", "detail")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return self.form if obj is None else super().get_form(request, obj, change, form=_NoForm, **options)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        term = search_term.strip()
        return (queryset.filter(contact__address__startswith=_normalised(term)) if term else queryset), False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        """Added by hand: through the one writer, and said plainly when it changed nothing."""
        if change:
            return
        given = form.cleaned_data
        is_new = suppress(
            given["address"], reason=Suppression.Reason.MANUAL, scope=Suppression.Scope(given["scope"]),
            detail=given["detail"],
        )  # fmt: skip
        made = Suppression.objects.filter(contact__address=given["address"], scope=given["scope"], lifted_at=None).get()
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()
        if not is_new:
            messages.info(request, "This address was suppressed before; nothing has changed.")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description="Lift: allow mail to these addresses again", permissions=["change"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> HttpResponse | None:
        """First says exactly what it will do and asks; does it on the second press."""
        standing = list(queryset.filter(lifted_at=None).select_related("contact").order_by("contact_id", "pk"))
        if not standing:
            messages.info(request, "None of these is in force any more.")
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request), "title": "Lift suppressions", "standing": standing,
                "opts": self.model._meta, "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }  # fmt: skip
            return TemplateResponse(request, "preferences/console/lift.html", context)
        at = clock.now()
        for suppression in standing:
            lift_suppression(suppression, at=at)
            self.log_change(request, suppression, "Lifted by hand.")
        messages.success(request, f"{len(standing)} suppressions lifted. Mail to these addresses is allowed again.")
        return HttpResponseRedirect(request.get_full_path())

    @admin.display(description="Address")
    def who(self, suppression: Suppression) -> SafeString:
        if suppression.contact is None:
            return format_html("<span>{}</span>", "an erased person")
        url = reverse("admin:preferences_contact_change", args=[suppression.contact_id])
        return format_html('<a class="pr-link" href="{}">{}</a>', url, suppression.contact)

    @labelled("State", {"In force": "danger", "Lifted": "success"})
    def lifted(self, suppression: Suppression) -> str:
        return "Lifted" if suppression.lifted_at else "In force"


class _NoForm(SuppressionForm):
    """For the page of an existing row, which has nothing to fill in."""

    address = None  # type: ignore[assignment]
    scope = None  # type: ignore[assignment]
    detail = None  # type: ignore[assignment]


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
