"""What needs a person, and who has seen to it? The open alerts, on top of the screens that staff looks at."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.screens import staff_screen
from notifications.delivery.alerts import clear_alert
from notifications.delivery.models import Alert
from notifications.history import note_action
from notifications.templatetags.alerts import open_alerts


@staff_screen("notifications.view_provider")
def list_alerts(request: HttpRequest) -> HttpResponse:
    """The open alerts, fetched again every few seconds."""
    return render(request, "notifications/fragments/alerts.html", open_alerts({"request": request}))


@require_POST
@staff_screen("notifications.change_provider")
def clear(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Somebody has seen to it. If it goes on, it is raised anew."""
    alert = get_object_or_404(Alert, pk=alert_id)
    if clear_alert(alert.kind, alert.subject):
        note_action(request, alert, "Cleared by hand.")
    if request.headers.get("HX-Request"):
        return list_alerts(request)
    messages.success(request, _("Cleared. If it goes on, it is raised again."))
    return HttpResponseRedirect(_where_from(request))


def _where_from(request: HttpRequest) -> str:
    page = request.POST.get("from", "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else reverse("admin:index")
