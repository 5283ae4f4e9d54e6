"""How does staff change many contacts at once? Planned with its count, then done by workers, watched and stopped."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from config import clock
from config.screens import show_screen, staff_screen
from preferences import bulk_editing
from preferences.attribute_kinds import BadValue, parse_value
from preferences.audiences import audience_choices
from preferences.locales import normal_locale
from preferences.models import Attribute, BulkEdit, ContactList
from preferences.time_zones import is_zone

_CHANGE = "preferences.change_contact"
Action, State = BulkEdit.Action, BulkEdit.State
EDITS_SHOWN = 30


class EditForm(forms.Form):
    """Whom, and what of them changes."""

    audience = forms.ChoiceField(label="Whom", required=False, widget=UnfoldAdminSelectWidget())
    action = forms.ChoiceField(label="What to do", choices=Action.choices, widget=UnfoldAdminSelectWidget())
    attribute = forms.ModelChoiceField(
        queryset=Attribute.objects.all(), to_field_name="key", required=False, widget=UnfoldAdminSelectWidget(),
        help_text="To set or clear one.",
    )  # fmt: skip
    to_list = forms.ModelChoiceField(
        label="List", queryset=ContactList.objects.all(), required=False, widget=UnfoldAdminSelectWidget(),
        help_text="To put on it, or take off.",
    )  # fmt: skip
    value = forms.CharField(
        max_length=1_000, required=False, widget=UnfoldAdminTextInputWidget(),
        help_text="The attribute's value, a language such as de, or a time zone such as Europe/Oslo.",
    )  # fmt: skip

    def __init__(self, given: Any = None, *, chosen: list[int]) -> None:
        super().__init__(given)
        if chosen:
            del self.fields["audience"]
        else:
            cast(forms.ChoiceField, self.fields["audience"]).choices = audience_choices()
            self.fields["audience"].required = True

    def clean(self) -> dict[str, Any]:
        """What the action needs is there, and fits."""
        given = super().clean() or {}
        action = given.get("action")
        if action in (Action.SET_ATTRIBUTE, Action.CLEAR_ATTRIBUTE) and not given.get("attribute"):
            self.add_error("attribute", "Choose the attribute.")
        if action in (Action.ADD_TO_LIST, Action.REMOVE_FROM_LIST) and not given.get("to_list"):
            self.add_error("to_list", "Choose the list.")
        if not self.errors:
            given["parsed"] = self._parse(given)
        return given

    def subject(self) -> str:
        """The key of the attribute, or the number of the list."""
        given = self.cleaned_data
        if given["action"] in (Action.SET_ATTRIBUTE, Action.CLEAR_ATTRIBUTE):
            return str(given["attribute"].key)
        return str(given["to_list"].pk) if given["action"] in (Action.ADD_TO_LIST, Action.REMOVE_FROM_LIST) else ""

    def _parse(self, given: dict[str, Any]) -> Any:
        action, text = given["action"], given["value"].strip()
        if action == Action.SET_ATTRIBUTE:
            return self._parse_attribute(given["attribute"], text)
        if action == Action.SET_LOCALE and text and not normal_locale(text):
            self.add_error("value", "Write a language as de or pt-BR.")
        if action == Action.SET_TIME_ZONE and text and not is_zone(text):
            self.add_error("value", "There is no such time zone. Write it as Europe/Oslo.")
        return normal_locale(text) if action == Action.SET_LOCALE and text else text

    def _parse_attribute(self, attribute: Attribute, text: str) -> Any:
        try:
            value = parse_value(attribute.kind, text)
        except BadValue as fault:
            self.add_error("value", f"{fault}.")
            return None
        if value is None:
            self.add_error("value", "Write a value, or choose to clear the attribute.")
        return value


@staff_screen(_CHANGE)
def new_edit(request: HttpRequest) -> HttpResponse:
    """Say whom and what; the plan comes next. Below it the changes so far."""
    chosen = _chosen(request.POST.get("ids", request.GET.get("ids", "")))
    form = EditForm(request.POST or None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        planned = bulk_editing.plan_edit(
            given["action"], subject=form.subject(), value=given["parsed"], audience=given.get("audience", ""),
            chosen=chosen, by=request.user.pk,
        )  # fmt: skip
        return redirect("preferences:bulk-edit", planned.pk)
    return show_screen(
        request, "preferences/console/bulk_edits.html", title=_("Edit contacts"), form=form, chosen=chosen,
        ids=",".join(map(str, chosen)), edits=BulkEdit.objects.exclude(state=State.PLANNED)[:EDITS_SHOWN],
    )  # fmt: skip


@staff_screen(_CHANGE)
def show_edit(request: HttpRequest, edit_id: int) -> HttpResponse:
    """What it would do to how many; how far it is; what came of it."""
    one = get_object_or_404(BulkEdit, pk=edit_id)
    percent = 100 * one.done_through // one.last_id if one.last_id else 100
    return show_screen(
        request, "preferences/console/bulk_edit.html", title=_("Edit contacts"), one=one, states=State, percent=percent
    )


@require_POST
@staff_screen(_CHANGE)
def act_on_edit(request: HttpRequest, edit_id: int) -> HttpResponse:
    """Do it, stop that, or forget the plan."""
    at = clock.now()
    match request.POST.get("act"):
        case "start":
            bulk_editing.start_edit(edit_id, by=request.user.pk, at=at)
            bulk_editing.work_on_edits(at=at, seconds=1, most=2)  # a small one is done before the page is back
        case "stop":
            bulk_editing.stop_edit(edit_id)
        case "drop":
            BulkEdit.objects.filter(pk=edit_id, state=State.PLANNED).delete()
            return redirect("preferences:bulk-edits")
    return redirect("preferences:bulk-edit", edit_id)


def _chosen(text: str) -> list[int]:
    return [int(one) for one in text.split(",") if one.isdigit()][: bulk_editing.MOST_CHOSEN]
