"""What does staff see of the doctor's findings? The Health page; the list comes after its frame: it takes a while."""

from __future__ import annotations

from functools import lru_cache
from time import monotonic

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from config.doctor.examination import Report, examine
from config.doctor.findings import Severity
from config.doctor.telling import summary
from config.screens import show_screen, staff_screen

#: Several people who look at once are told the same.
REMEMBERED_SECONDS = 10
_TONES = {Severity.BROKEN: "bad", Severity.WARNING: "warn", Severity.NOTE: "plain"}


@staff_screen("notifications.view_workerbeat")
def show_health(request: HttpRequest) -> HttpResponse:
    """The frame first, then the findings by htmx; `?now` has both at once, for browsers without JavaScript."""
    if request.headers.get("HX-Request"):
        return render(request, "console/health_findings.html", _context())
    context = _context() if "now" in request.GET else {}
    return show_screen(request, "console/health.html", title=_("Health"), **context)


def forget() -> None:
    """Examine anew at the next look."""
    _examine.cache_clear()


def _context() -> dict[str, object]:
    report = _examine(int(monotonic() / REMEMBERED_SECONDS))
    rows = [(finding, _TONES[finding.severity]) for finding in report.findings]
    return {"rows": rows, "summary": summary(report), "is_examined": True}


@lru_cache(maxsize=1)
def _examine(_moment: int) -> Report:
    return examine()
