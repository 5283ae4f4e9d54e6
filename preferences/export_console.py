"""How does staff take a table of contacts out? Ordered, written by workers, downloaded within a day."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from unfold.widgets import UnfoldAdminSelectWidget

from config import clock
from config.screens import show_screen, staff_screen
from preferences import exporting
from preferences.audiences import audience_choices
from preferences.models import ContactExport

_ADD = "preferences.add_contactexport"
State = ContactExport.State
EXPORTS_SHOWN = 30


class ExportForm(forms.Form):
    """Whom, and what of each."""

    audience = forms.ChoiceField(label="Whom", widget=UnfoldAdminSelectWidget())
    columns = forms.MultipleChoiceField(label="What of each", widget=forms.CheckboxSelectMultiple())

    def __init__(self, given: Any = None) -> None:
        super().__init__(given, initial={"columns": exporting.DEFAULT})
        cast(forms.ChoiceField, self.fields["audience"]).choices = audience_choices()
        cast(forms.MultipleChoiceField, self.fields["columns"]).choices = exporting.column_choices()


@staff_screen(_ADD)
def new_export(request: HttpRequest) -> HttpResponse:
    """Order a table; below it those so far."""
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = exporting.order_export(given["audience"], given["columns"], by=request.user.pk)
        exporting.work_on_exports(at=clock.now(), seconds=1, most=2)  # a short table is there at once
        return redirect("preferences:contact-export", made.pk)
    return show_screen(
        request, "preferences/console/contact_exports.html", title=_("Export contacts"), form=form,
        exports=ContactExport.objects.all()[:EXPORTS_SHOWN],
    )  # fmt: skip


@staff_screen(_ADD)
def show_export(request: HttpRequest, table_id: int) -> HttpResponse:
    """How far it is, and the way to the file."""
    table = get_object_or_404(ContactExport, pk=table_id)
    said = dict(exporting.column_choices())
    percent = 100 * table.done_through // table.last_id if table.last_id else 100
    return show_screen(
        request, "preferences/console/contact_export.html", title=_("Export contacts"), one=table, states=State,
        percent=percent, columns=[said.get(column, column) for column in table.columns],
        until=table.created_at + exporting.KEPT_FOR,
    )  # fmt: skip


@require_POST
@staff_screen(_ADD)
def stop(request: HttpRequest, table_id: int) -> HttpResponse:
    """Write no more of it."""
    exporting.stop_export(table_id)
    return redirect("preferences:contact-export", table_id)


@require_GET
@staff_screen(_ADD)
def download(request: HttpRequest, table_id: int) -> HttpResponse:
    """The file; that it was taken is written down."""
    table = get_object_or_404(ContactExport, pk=table_id)
    if table.state != State.DONE:
        raise Http404
    exporting.note(table, "Downloaded the table.", by=request.user.pk)
    response = StreamingHttpResponse(exporting.read_export(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="contacts-{table.pk}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)  # which views are declared to return
