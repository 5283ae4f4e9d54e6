"""What does staff see and change about suppressions? The list, adding one by hand, and lifting with a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config import clock, vault
from config.logtables import BoundedPaginator, TeachingAdmin, labelled
from preferences.addresses import BadAddress, normalise_address
from preferences.forms import SuppressionForm
from preferences.models import Suppression
from preferences.suppression import lift_suppression, suppress
from preferences.suppression_forms import LiftForm

_ERASED = "The owner of this address was erased, and it stays suppressed for good; nothing has changed."


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
    list_before_template = "preferences/console/suppression_ways.html"

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
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    actions = ("lift",)

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("address", "scope", "detail")
        lift = ("lifted_at", "lift_note", "lifter") if obj.lifted_at else ()
        return ("who", "scope", "reason", "detail", "created_at", "creator", *lift)

    def get_readonly_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return self.form if obj is None else super().get_form(request, obj, change, form=_NoForm, **options)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Suppression], search_term: str
    ) -> tuple[QuerySet[Suppression], bool]:
        """By address; a whole one by its digest as well, which finds the erased."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            address = normalise_address(term)
        except BadAddress:
            return queryset.filter(contact__address__startswith=term.casefold()), False
        by_digest = queryset.filter(address_digest=vault.address_digest(address))
        return (by_digest if by_digest.exists() else queryset.filter(contact__address__startswith=address)), False

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        """Added by hand: through the one writer, and said plainly when it changed nothing."""
        if change:
            return
        given = form.cleaned_data
        is_new = suppress(
            given["address"], reason=Suppression.Reason.MANUAL, scope=Suppression.Scope(given["scope"]),
            detail=given["detail"], by=request.user.pk,
        )  # fmt: skip
        standing = Suppression.objects.filter(address_digest=vault.address_digest(given["address"]), lifted_at=None)
        made = standing.filter(scope=given["scope"]).first() or standing.get(reason=Suppression.Reason.ERASED)
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()
        if not is_new:
            is_erased = made.reason == Suppression.Reason.ERASED
            messages.info(request, _ERASED if is_erased else "This address was suppressed before; nothing has changed.")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description="Lift: allow mail to these addresses again", permissions=["change"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Suppression]) -> HttpResponse | None:
        """First says exactly what it will do and asks why; does it on the second press."""
        chosen = list(queryset.filter(lifted_at=None).select_related("contact").order_by("contact_id", "pk"))
        standing = [one for one in chosen if one.reason != Suppression.Reason.ERASED]
        if len(chosen) > len(standing):
            messages.warning(request, "An erasure is not lifted: it keeps imports from bringing the person back.")
        if not standing:
            messages.info(request, "There is nothing to lift among these.")
            return None
        complaints = sum(one.reason == Suppression.Reason.COMPLAINT for one in standing)
        form = LiftForm(request.POST if "confirmed" in request.POST else None, complaints=complaints)
        if not form.is_valid():
            return self._ask(request, standing, form, complaints=complaints)
        self._lift(request, standing, note=form.cleaned_data["note"])
        return HttpResponseRedirect(request.get_full_path())

    def _ask(
        self, request: HttpRequest, standing: Sequence[Suppression], form: LiftForm, *, complaints: int
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request), "title": "Lift suppressions", "standing": standing, "form": form,
            "complaints": complaints, "opts": self.model._meta, "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }  # fmt: skip
        return TemplateResponse(request, "preferences/console/lift.html", context)

    def _lift(self, request: HttpRequest, standing: Sequence[Suppression], *, note: str) -> None:
        at = clock.now()
        for suppression in standing:
            lift_suppression(suppression, at=at, note=note, by=request.user.pk)
            self.log_change(request, suppression, f"Lifted: {note}")
        words = "1 suppression lifted" if len(standing) == 1 else f"{len(standing)} suppressions lifted"
        messages.success(request, f"{words}. Mail to these addresses is allowed again.")

    @admin.display(description="Address")
    def who(self, suppression: Suppression) -> SafeString:
        if suppression.contact is None:
            return format_html("<span>{}</span>", "an erased person")
        url = reverse("admin:preferences_contact_change", args=[suppression.contact_id])
        return format_html('<a class="pr-link" href="{}">{}</a>', url, suppression.contact)

    @admin.display(description="By")
    def creator(self, suppression: Suppression) -> str:
        return name_of_user(suppression.created_by) if suppression.created_by else "Postrider"

    @admin.display(description="Lifted by")
    def lifter(self, suppression: Suppression) -> str:
        return name_of_user(suppression.lifted_by)

    @labelled("State", {"In force": "danger", "Lifted": "success"})
    def lifted(self, suppression: Suppression) -> str:
        return "Lifted" if suppression.lifted_at else "In force"


def name_of_user(user_id: int | None) -> str:
    """How a member of staff is called; by number once there is nobody of that id."""
    from django.contrib.auth import get_user_model

    found = get_user_model().objects.filter(pk=user_id).first() if user_id else None
    return str(found) if found else f"user {user_id}" if user_id else "Postrider"


class _NoForm(SuppressionForm):
    """For the page of an existing row, which has nothing to fill in."""

    address = None  # type: ignore[assignment]
    scope = None  # type: ignore[assignment]
    detail = None  # type: ignore[assignment]
