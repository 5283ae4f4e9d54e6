"""What stands between staff and publishing? Findings to mend, warnings to look at once, and a way on for approvers."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from config.screens import show_screen
from notifications.compose.models import Template, TemplateVersion
from notifications.compose.preflight.findings import Finding
from notifications.compose.preflight.gate import Decision, decide, key_of
from notifications.history import note_action
from notifications.preflight_gate import APPROVE, acknowledge, acknowledged_keys, record_override

#: What the form before said, and says again when the gate has been passed.
_KEPT = ("revision", "note", "due_at")
MOST_NOTE = 500


def ask_gate(request: HttpRequest, template: Template, findings: Sequence[Finding]) -> Decision:
    """The decision with what this form said: warnings that were looked at now, and a note that overrides stops."""
    seen = set(request.POST.getlist("seen"))
    acknowledge(template, (one for one in findings if key_of(one) in seen), author=request.user.get_username())
    is_overridden = bool(override_note(request)) and request.user.has_perm(APPROVE)
    return decide(findings, acknowledged=acknowledged_keys(template), is_overridden=is_overridden)


def override_note(request: HttpRequest) -> str:
    """Why it is published although it should not be; "" where nobody said so."""
    return request.POST.get("override_note", "").strip()[:MOST_NOTE]


def show_gate(request: HttpRequest, template: Template, decision: Decision, *, back: str) -> HttpResponse:
    """What stands against it, with the way to mend it, and the way on for those who have one."""
    context = {
        "shown": template, "decision": decision, "back": back, "may_approve": request.user.has_perm(APPROVE),
        "unseen": [(one, key_of(one)) for one in decision.unseen], "override_note": override_note(request),
        "kept": [(name, request.POST[name]) for name in _KEPT if name in request.POST],
    }  # fmt: skip
    title = _("Before %(name)s is published") % {"name": template.name}
    response = show_screen(request, "notifications/console/gate.html", title=title, **context)
    response.status_code = 409
    return response


def keep_override(request: HttpRequest, version: TemplateVersion, decision: Decision) -> None:
    """Where it was published although it should not be: who did it and why stays with the version."""
    if decision.reason == "overridden":
        note = override_note(request)
        record_override(version, decision.stops, author=request.user.get_username(), note=note)
        note_action(request, version.template, f"Published {version.ref} all the same: {note}")
