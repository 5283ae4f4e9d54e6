"""What does staff see of a template before it is sent? What is wrong, where, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config.screens import show_screen, staff_screen
from notifications.compose.models import TemplateVersion
from notifications.compose.preflight.findings import Finding, Severity
from notifications.compose.preflight.inspection import Inspection
from notifications.compose.preflight.running import GROUPS, Group, run
from notifications.preflight import ask, find_version, inspect_version
from notifications.preflight_readers import contact_readers, telling_contacts

VIEW = "notifications.view_template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a group of checks found: (tone, heading, findings), the worst first. `asked`: how many addresses."""

    group: Group
    sections: tuple[tuple[str, str, tuple[Finding, ...]], ...]
    asked: int | None

    @property
    def is_clear(self) -> bool:
        """Whether there is nothing to mend."""
        return all(tone == "plain" for tone, _heading, _findings in self.sections)


@staff_screen(VIEW)
def show_preflight(request: HttpRequest, key: str) -> HttpResponse:
    """The page with its button; after pressing it, without scripts, all groups at once."""
    version = _version(key)
    verdicts = [_examine(group, version) for group in GROUPS] if request.method == "POST" else []
    return show_screen(
        request, "notifications/console/preflight.html", title=_("Preflight of %(name)s") % {"name": key},
        version=version, verdicts=verdicts, groups=GROUPS,
    )  # fmt: skip


@require_POST
@staff_screen(VIEW)
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """What needs no network, at once, and a place for each group that does, which asks for itself."""
    version = _version(key)
    first, *others = GROUPS
    return render(
        request, "notifications/fragments/preflight.html",
        {"version": version, "verdict": _examine(first, version), "waiting": others},
    )  # fmt: skip


@require_POST
@staff_screen(VIEW)
def check_group(request: HttpRequest, key: str, group: str) -> HttpResponse:
    """One group. It asks the network for some seconds at most, all addresses side by side."""
    chosen = next((one for one in GROUPS if one.key == group), None)
    if chosen is None:
        raise Http404("no such group of checks")
    verdict = _examine(chosen, _version(key))
    return render(request, "notifications/fragments/preflight_verdict.html", {"verdict": verdict})


def _version(key: str) -> TemplateVersion:
    version = find_version(key)
    if version is None:
        raise Http404("no such template")
    return version


def _inspect(version: TemplateVersion, group: Group) -> Inspection:
    """Contacts are of interest where their values are, which no question to the network is about."""
    readers = contact_readers(version.template.key, telling_contacts()) if group.addresses is None else ()
    return inspect_version(version, readers)


def _examine(group: Group, version: TemplateVersion) -> Verdict:
    inspection = _inspect(version, group)
    findings = run(group, inspection, partial(ask, group))
    headings = {
        Severity.STOP: ("bad", _("Must be mended")), Severity.WARN: ("warn", _("Should be mended")),
        Severity.INFORM: ("plain", _("Good to know")),
    }  # fmt: skip
    sections = (
        (*headings[severity], tuple(one for one in findings if one.severity == severity)) for severity in Severity
    )
    asked = len(group.addresses(inspection)) if group.addresses else None
    return Verdict(group=group, sections=tuple(one for one in sections if one[2]), asked=asked)
