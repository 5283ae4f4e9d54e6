"""How does staff bring in a table of contacts, see what it would change, watch it, stop it, take it back?"""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import clock
from config.screens import show_screen, staff_screen
from preferences.import_export import REPORTED, export_reported
from preferences.import_forms import MappingForm, UploadForm
from preferences.importing import judging, life, undoing
from preferences.importing.columns import guess_columns
from preferences.importing.upload import store_table
from preferences.list_reading import BadFile
from preferences.models import ContactImport

_ADD = "preferences.add_contactimport"
State = ContactImport.State
REPORTED_SHOWN = 20
IMPORTS_SHOWN = 30
_SHORT = 1000


@staff_screen(_ADD)
def new_import(request: HttpRequest) -> HttpResponse:
    """Upload a table; nothing is brought in yet. Below it the imports so far."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = store_table(cast(BinaryIO, file.file), name=file.name or "table", by=request.user.pk)
            return redirect("preferences:contact-import", made.pk)
        except BadFile as fault:
            form.add_error("file", str(fault))
    return show_screen(
        request, "preferences/console/contact_imports.html", title=_("Import contacts"), form=form,
        imports=ContactImport.objects.all()[:IMPORTS_SHOWN],
    )  # fmt: skip


@staff_screen(_ADD)
def show_import(request: HttpRequest, table_id: int) -> HttpResponse:
    """Its columns, what it would change, how far it is, what came of it: whatever comes next."""
    table = get_object_or_404(ContactImport, pk=table_id)
    if table.state == State.MAPPING:
        return _map(request, table)
    return show_screen(
        request, "preferences/console/contact_import.html", title=_("Import contacts"), one=table, states=State,
        progress=_progress(table), is_under_way=table.state in (State.READING, State.RUNNING, State.UNDOING),
        shown=judging.preview(table) if table.state == State.READY else (),
        reported=table.rows.filter(REPORTED).order_by("number")[:REPORTED_SHOWN],
        is_reversible=table.changes.exists() if table.state in (State.DONE, State.STOPPED) else False,
    )  # fmt: skip


def _map(request: HttpRequest, table: ContactImport) -> HttpResponse:
    form = MappingForm(guess_columns(table), request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        life.set_columns(
            table, form.targets(), known=given["known"], to_list=given["new_list"].strip() or given["to_list"],
            topics=list(given["topics"]), consent_source=given["consent_source"], wording=given["wording"],
        )  # fmt: skip
        life.work_on_imports(at=clock.now(), seconds=1, most=3)  # a short table is looked through at once
        return redirect("preferences:contact-import", table.pk)
    return show_screen(
        request, "preferences/console/contact_import_columns.html", title=_("Import contacts"), one=table, form=form
    )


def _progress(table: ContactImport) -> dict[str, Any]:
    """How far, how fast, and how long still (seconds), of an import under way."""
    done, of = _done(table)
    seconds = (clock.now() - table.started_at).total_seconds() if table.started_at else 0
    rate = done / seconds if seconds > 0 else 0
    left = round((of - done) / rate) if rate else None
    return {"done": done, "of": of, "percent": 100 * done // of if of else 100, "rate": round(rate), "left": left}


def _done(table: ContactImport) -> tuple[int, int]:
    """Of a look through, reading is the one half and comparing the other."""
    if table.state == State.READING:
        read = table.last_number * table.read_through // max(table.parts, 1)
        return (read + table.counted_through) // 2, table.last_number
    if table.state == State.UNDOING:
        return table.undone, max(table.to_undo, 1)
    return table.done_through, table.last_number


@require_POST
@staff_screen(_ADD)
def act_on_import(request: HttpRequest, table_id: int) -> HttpResponse:
    """Bring it in, stop that, go back to its columns, forget it, or take it back."""
    table = get_object_or_404(ContactImport, pk=table_id)
    at = clock.now()
    match request.POST.get("act"):
        case "start":
            life.start(table.pk, by=request.user.pk, at=at)
            life.work_on_imports(at=at, seconds=1, most=1)  # a short table is done before the page is back
        case "stop":
            life.stop(table.pk)
        case "columns":
            life.ask_again(table.pk)
        case "drop":
            life.drop(table.pk)
            return redirect("preferences:contact-imports")
        case "plan-undo" if table.state in (State.DONE, State.STOPPED):
            return show_screen(
                request, "preferences/console/contact_import_undo.html", title=_("Take an import back"), one=table,
                plan=undoing.plan_undo(table),
            )  # fmt: skip
        case "undo":
            life.undo(table.pk, by=request.user.pk, at=at)
            if table.added + table.changed <= _SHORT:
                life.work_on_imports(at=at, seconds=1, most=3)
    return redirect("preferences:contact-import", table.pk)


@require_GET
@staff_screen(_ADD)
def reported_rows(request: HttpRequest, table_id: int) -> HttpResponse:
    """The rows that could not be used, or only in part, as a table."""
    table = get_object_or_404(ContactImport, pk=table_id)
    response = StreamingHttpResponse(export_reported(table.rows.all()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="rows-of-import-{table.pk}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)  # which views are declared to return
