"""What does staff see and do about the domains that mail is from, and about who each stream's mail is from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.queues import Stream
from config.screens import show_screen, staff_screen
from notifications.delivery.domains.checking import (
    DomainInUse,
    add_domain,
    check_domain,
    findings_of,
    remove_domain,
    set_selectors,
)
from notifications.delivery.domains.findings import Finding, Severity
from notifications.delivery.domains.identities import clear_sender, set_sender
from notifications.delivery.domains.in_use import Use, read_uses, uses_of
from notifications.delivery.domains.names import BadDomain, normalise_domain
from notifications.delivery.models import Sender, SenderDomain
from notifications.delivery.senders import Identity, identity_of
from notifications.sending_forms import DomainForm, SelectorsForm, SenderForm

_NO_USE = Use(streams=(), accounts=())
_VIEW, _CHANGE = "notifications.view_senderdomain", "notifications.change_senderdomain"


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRow:
    """A domain, what it is used for, and how many findings there are of the two bad kinds."""

    row: SenderDomain
    use: Use
    stops: int
    warns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRow:
    """A stream and who its mail is from; `is_own` where the console says so."""

    stream: Stream
    identity: Identity
    is_own: bool


@staff_screen(_VIEW)
def list_domains(request: HttpRequest) -> HttpResponse:
    """Every domain that mail is from or that somebody watches, and the streams' senders."""
    return _show_list(request, DomainForm())


@require_POST
@staff_screen(_CHANGE)
def add(request: HttpRequest) -> HttpResponse:
    """Begin to watch a domain."""
    form = DomainForm(request.POST)
    if not form.is_valid():
        return _show_list(request, form)
    row = add_domain(form.cleaned_data["domain"])
    return redirect("notifications:domain", row.domain)


def _show_list(request: HttpRequest, form: DomainForm) -> HttpResponse:
    uses = read_uses()
    rows = {row.domain: row for row in SenderDomain.objects.all()}
    domains = sorted({*uses, *rows}, key=lambda domain: (domain not in uses, domain))
    own = set(Sender.objects.values_list("pk", flat=True))
    return show_screen(
        request, "notifications/console/domains.html", title=_("Sending domains"), form=form,
        rows=[_row(rows.get(domain) or SenderDomain(domain=domain), uses.get(domain, _NO_USE)) for domain in domains],
        senders=[SenderRow(stream=one, identity=identity_of(one), is_own=one.value in own) for one in Stream],
        may_change=request.user.has_perm(_CHANGE),
    )  # fmt: skip


def _row(row: SenderDomain, use: Use) -> DomainRow:
    found = [finding.severity for finding in findings_of(row)]
    return DomainRow(row=row, use=use, stops=found.count(Severity.STOPS), warns=found.count(Severity.WARNS))


@staff_screen(_VIEW)
def show_domain(request: HttpRequest, domain: str) -> HttpResponse:
    """One domain: what was found, and the records to add."""
    return _show(request, _find(domain))


def _show(request: HttpRequest, row: SenderDomain, form: SelectorsForm | None = None) -> HttpResponse:
    use = read_uses().get(row.domain, _NO_USE)
    return show_screen(
        request, "notifications/console/domain.html", title=_("Domain %(name)s") % {"name": row.domain}, domain=row,
        use=use, is_kept=SenderDomain.objects.filter(pk=row.domain).exists(), uses=uses_of(row.domain),
        groups=_group(findings_of(row)), may_change=request.user.has_perm(_CHANGE),
        form=form or SelectorsForm(initial={"selectors": ", ".join(row.dkim_selectors)}),
    )  # fmt: skip


def _group(findings: list[Finding]) -> list[tuple[str, str, list[Finding]]]:
    """(tone, heading, findings), the worst first, empty groups left out."""
    headings = {
        Severity.STOPS: ("bad", _("Stops marketing")), Severity.WARNS: ("warn", _("Should be mended")),
        Severity.OK: ("good", _("In order")),
    }  # fmt: skip
    grouped = {severity: [one for one in findings if one.severity == severity] for severity in headings}
    return [(*headings[severity], found) for severity, found in grouped.items() if found]


@require_POST
@staff_screen(_CHANGE)
def check(request: HttpRequest, domain: str) -> HttpResponse:
    """Look the domain up now; DNS gets some seconds."""
    row = _kept(domain)
    check_domain(row, at=clock.now())
    return redirect("notifications:domain", row.domain)


@require_POST
@staff_screen(_CHANGE)
def change_selectors(request: HttpRequest, domain: str) -> HttpResponse:
    """Store the selectors, and look the domain up with them."""
    row = _kept(domain)
    form = SelectorsForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form)
    set_selectors(row, form.cleaned_data["selectors"])
    check_domain(row, at=clock.now())
    return redirect("notifications:domain", row.domain)


@require_POST
@staff_screen(_CHANGE)
def remove(request: HttpRequest, domain: str) -> HttpResponse:
    """Forget a domain that nothing uses."""
    row = get_object_or_404(SenderDomain, pk=domain)
    try:
        remove_domain(row)
    except DomainInUse as refusal:
        messages.error(request, _("Not removed: %s") % refusal)
        return redirect("notifications:domain", domain)
    messages.success(
        request, _("%s is removed. Marketing from it is stopped until it is added and found fit.") % domain
    )
    return redirect("notifications:domains")


@staff_screen(_VIEW)
def edit_sender(request: HttpRequest, stream: str) -> HttpResponse:
    """Who a stream's mail is from: a form; the settings say it where nothing was written."""
    if stream not in Stream.values:
        raise Http404("no such stream")
    row = Sender.objects.filter(pk=stream).first()
    given: dict[str, Any] = {"name": row.name, "address": row.address, "reply_to": row.reply_to} if row else {}
    return _show_sender(request, stream, SenderForm(initial=given))


def _show_sender(request: HttpRequest, stream: str, form: SenderForm) -> HttpResponse:
    label = Stream(stream).label
    return show_screen(
        request, "notifications/console/sender.html", title=_("Sender of %(stream)s mail") % {"stream": label.lower()},
        form=form, stream=stream, label=label, identity=identity_of(stream),
        is_own=Sender.objects.filter(pk=stream).exists(), may_change=request.user.has_perm(_CHANGE),
    )  # fmt: skip


@require_POST
@staff_screen(_CHANGE)
def save_sender(request: HttpRequest, stream: str) -> HttpResponse:
    """Store a stream's sender, or leave it to the settings again."""
    if stream not in Stream.values:
        raise Http404("no such stream")
    if "clear" in request.POST:
        clear_sender(stream)
        messages.success(request, _("The settings say again who this mail is from."))
        return redirect("notifications:domains")
    form = SenderForm(request.POST)
    if not form.is_valid():
        return _show_sender(request, stream, form)
    set_sender(stream, **form.cleaned_data)
    messages.success(request, _("Saved. Mail that leaves from now on is from this sender."))
    return redirect("notifications:domains")


def _find(domain: str) -> SenderDomain:
    """A watched domain, or one in use that nobody looked up yet."""
    row = SenderDomain.objects.filter(pk=domain).first()
    if row is None and domain not in read_uses():
        raise Http404("no such domain")
    return row or SenderDomain(domain=domain)


def _kept(domain: str) -> SenderDomain:
    try:
        return add_domain(normalise_domain(_find(domain).domain))
    except BadDomain:
        raise Http404("no such domain") from None
