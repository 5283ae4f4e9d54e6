"""How does staff bring in a list of addresses to be suppressed, watch it, stop it, lift it; and take the list out?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import clock
from config.screens import show_screen, staff_screen
from preferences import suppression_lists
from preferences.list_reading import AddressFile, BadFile
from preferences.models import Suppression, SuppressionList
from preferences.suppression_export import export_csv, export_faults
from preferences.suppression_forms import LiftForm, ListForm

_VIEW, _ADD, _CHANGE = (f"preferences.{action}_suppression" for action in ("view", "add", "change"))
FAULTS_SHOWN = 20
LISTS_SHOWN = 20


@staff_screen(_ADD)
def new_list(request: HttpRequest) -> HttpResponse:
    """Upload a list; it is looked through, and nothing is suppressed yet."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("preferences:suppression-list", _read(request, form.cleaned_data).pk)
        except BadFile as fault:
            form.add_error("file", str(fault))
    return show_screen(
        request, "preferences/console/suppression_import.html", title=_("Import suppressions"), form=form,
        lists=SuppressionList.objects.all()[:LISTS_SHOWN],
    )  # fmt: skip


def _read(request: HttpRequest, given: dict[str, Any]) -> SuppressionList:
    upload = given["file"]
    return suppression_lists.read_list(
        AddressFile(cast(BinaryIO, upload.file)), name=upload.name or "list",
        scope=Suppression.Scope(given["scope"]), note=given["note"], by=request.user.pk,
    )  # fmt: skip


@staff_screen(_ADD)
def show_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """What stands in a list, how far it is, and what can be done with it."""
    return _show(request, get_object_or_404(SuppressionList, pk=list_id), LiftForm())


def _show(request: HttpRequest, one: SuppressionList, form: LiftForm) -> HttpResponse:
    return show_screen(
        request, "preferences/console/suppression_list.html", title=_("Imported list"), one=one, form=form,
        faults=one.rows.exclude(fault="").order_by("number")[:FAULTS_SHOWN],
        progress=_progress(one), scope=Suppression.Scope(one.scope).label,
        may_change=request.user.has_perm(_CHANGE), states=SuppressionList.State,
    )  # fmt: skip


def _progress(one: SuppressionList) -> dict[str, Any]:
    """How far, how fast, and how long still (seconds), of a list under way."""
    is_lifting = one.state == SuppressionList.State.LIFTING
    done, of = (one.lifted, one.added) if is_lifting else (min(one.done_through, one.last_number), one.last_number)
    seconds = (clock.now() - one.started_at).total_seconds() if one.started_at else 0
    rate = done / seconds if seconds > 0 else 0
    left = round((of - done) / rate) if rate else None
    return {"done": done, "of": of, "percent": 100 * done // of if of else 100, "rate": round(rate), "left": left}


@require_POST
@staff_screen(_ADD)
def act_on_list(request: HttpRequest, list_id: int) -> HttpResponse:
    """Suppress it, stop that, forget it, or lift it as a whole."""
    one = get_object_or_404(SuppressionList, pk=list_id)
    at = clock.now()
    match request.POST.get("act"):
        case "start":
            suppression_lists.start(one.pk, at=at)
            suppression_lists.work_on_lists(at=at, seconds=1)  # a short list is done before the page is back
        case "stop":
            suppression_lists.stop(one.pk)
        case "drop":
            suppression_lists.drop(one.pk)
            return redirect("preferences:suppression-import")
        case "lift" if request.user.has_perm(_CHANGE):
            form = LiftForm(request.POST)
            if not form.is_valid():
                return _show(request, one, form)
            suppression_lists.lift_list(one.pk, note=form.cleaned_data["note"], by=request.user.pk, at=at)
            suppression_lists.work_on_lists(at=at, seconds=1)
        case _:
            return HttpResponse(_("You may not do that."), status=403)
    return redirect("preferences:suppression-list", one.pk)


@require_GET
@staff_screen(_ADD)
def faulty_lines(request: HttpRequest, list_id: int) -> HttpResponse:
    """The lines that could not be used, as a table."""
    one = get_object_or_404(SuppressionList, pk=list_id)
    return _download(export_faults(one.rows.all()), f"faulty-lines-{one.pk}")


@require_GET
@staff_screen(_VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """What is in force; with ?all also what was lifted."""
    rows = Suppression.objects.exclude(scope=Suppression.Scope.SMS)
    return _download(export_csv(rows if "all" in request.GET else rows.filter(lifted_at=None)), "suppressions")


def _download(lines: Iterator[str], name: str) -> HttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)  # which views are declared to return
