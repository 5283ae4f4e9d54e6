"""Which mails may a provider have or not, and what does staff decide? Nothing happens before it was said exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.screens import show_screen, staff_screen
from notifications.deadletter_selection import TYPED_FROM, has_typed
from notifications.delivery import settling
from notifications.delivery.evidence import search_accepted
from notifications.delivery.models import Attempt
from notifications.filters import as_uuid
from notifications.prospects import explain_doubt, foresee, list_means
from notifications.uncertain import Group, count_uncertain, find_group, list_groups, members_of, reports_of
from notifications.unknown_filters import UncertainFilter
from tracking.models import Message

PAGE_GROUPS = 25
PAGE_MEMBERS = 200
_VIEW, _CHANGE = "notifications.view_deadletter", "notifications.change_deadletter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A decision that can be taken: how it is done, and its words. `{n}` is the number of mails."""

    run: Callable[..., int]
    button: str
    asks: str
    means: str
    says: str
    is_danger: bool = False
    needs_row: bool = False


ACTS: dict[str, Act] = {
    "sent": Act(
        run=settling.settle_as_sent, button="It was sent", asks="{n} will be recorded as sent",
        means="Choose this when the provider's own log shows them. They are not sent again; a report that comes later"
        " still counts.",
        says="{n} recorded as sent.",
    ),
    "again": Act(
        run=settling.send_again, button="Send again (may arrive twice)",
        asks="{n} will be sent again, and may arrive twice",
        means="Choose this when the provider's own log does not show them, or when twice is better than never. Every"
        " rule is asked again, and each is marked as possibly sent twice.",
        says="{n} queued again, marked as possibly sent twice.", is_danger=True, needs_row=True,
    ),
    "give_up": Act(
        run=settling.give_up, button="Give up", asks="{n} will be given up",
        means="They become dead letters, from where they can still be sent again or discarded. A report that comes"
        " later still counts.",
        says="{n} given up; they are dead letters now.",
    ),
}  # fmt: skip


@staff_screen(_VIEW)
def list_uncertain(request: HttpRequest) -> HttpResponse:
    """Uncertain mails by the call that left them so, newest first."""
    found = UncertainFilter(request.GET, queryset=Message.objects.all())
    rows = found.qs if found.is_valid() else Message.objects.none()
    groups = list_groups(rows, before=as_uuid(request.GET.get("before", "")), size=PAGE_GROUPS)
    older = str(groups[PAGE_GROUPS - 1].call_id) if len(groups) > PAGE_GROUPS else ""
    query = request.GET.copy()
    for name in ("before", *(name for name, value in request.GET.items() if not value)):
        query.pop(name, None)
    at = clock.now()
    return show_screen(
        request, "notifications/console/uncertain.html", title=_("Uncertain"), filter=found, older=older,
        groups=[(group, explain_doubt(group), foresee(group, at=at)[0]) for group in groups[:PAGE_GROUPS]],
        query=query.urlencode(), counts=count_uncertain(rows, at=at), is_filtered=bool(query),
        is_fullwidth="1",
    )  # fmt: skip


@staff_screen(_VIEW)
def show_call(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """The uncertain mails of one call, the evidence, what happens next, and what can be decided."""
    group = find_group(call_id)
    if group is None:
        return show_screen(request, "notifications/console/uncertain_settled.html", title=_("Uncertain"))
    members = members_of(call_id).select_related("contact", "outbox")
    attempts = Attempt.objects.filter(call_id=call_id).order_by("started_at", "id") if group.call else []
    return show_screen(
        request, "notifications/console/uncertain_call.html", title=_("Uncertain call"), group=group,
        members=members[:PAGE_MEMBERS], is_cut=group.number > PAGE_MEMBERS, attempts=attempts,
        calls={call_id: group.call}, reports=reports_of(call_id), prospects=foresee(group, at=clock.now()),
        acts=_offered(group), may_change=request.user.has_perm(_CHANGE), means=list_means(group),
        why=explain_doubt(group), may_ask=bool(group.waiting and group.kind and group.kind.has_search),
    )  # fmt: skip


@staff_screen(_CHANGE)
@require_POST
def settle(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """First what a decision does, to how many; then, confirmed, it is done."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404("no such decision")
    ids = _chosen(request, call_id)
    if request.POST.get("confirmed") and has_typed(request, len(ids)):
        return _settle(request, call_id, act, ids)
    return show_screen(
        request, "notifications/console/uncertain_settle.html", title=act.button, act=act, name=request.POST["act"],
        asks=_count(act.asks, len(ids)), number=len(ids), call_id=call_id, ids=ids if len(ids) <= PAGE_MEMBERS else [],
        scope="ticked" if len(ids) <= PAGE_MEMBERS else "all", is_typed=len(ids) >= TYPED_FROM,
        is_mistyped=bool(request.POST.get("confirmed")),
    )  # fmt: skip


@staff_screen(_CHANGE)
@require_POST
def ask_provider(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Search the provider for the uncertain mails of a call now, and settle what it has."""
    group = find_group(call_id)
    if group is None or group.call is None or not (group.kind and group.kind.has_search):
        raise Http404("nobody to ask")
    found = search_accepted(group.call)
    number = settling.settle_found(group.call, found, at=clock.now()) if found else 0
    if number:
        messages.success(request, _count("{n} found there: recorded as sent.", number))
    else:
        messages.info(request, _("The provider shows none of them. That proves nothing: its search may lag."))
    return _back(call_id)


def _settle(request: HttpRequest, call_id: UUID, act: Act, ids: list[UUID]) -> HttpResponse:
    number = act.run(ids, at=clock.now(), by=request.user.pk)
    if number:
        messages.success(request, _count(act.says, number))
    if missed := len(ids) - number:
        text = _("{n} left alone: settled, or taken up by somebody else, in the meantime.")
        messages.warning(request, _count(text, missed))
    return _back(call_id)


def _chosen(request: HttpRequest, call_id: UUID) -> list[UUID]:
    """The ticked mails, or all of the call; only those that are uncertain, and that the decision can be taken for."""
    rows = members_of(call_id)
    if request.POST.get("scope") != "all":
        ticked = [found for text in request.POST.getlist("ticked") if (found := as_uuid(text))]
        rows = rows.filter(pk__in=ticked)
    if ACTS[request.POST["act"]].needs_row:
        rows = rows.filter(outbox__isnull=False)
    return list(rows.values_list("pk", flat=True))


def _offered(group: Group) -> list[tuple[str, Act]]:
    return [(name, act) for name, act in ACTS.items() if group.waiting or not act.needs_row]


def _count(text: str, number: int) -> str:
    mails = _("%d mail") % number if number == 1 else _("%d mails") % number
    return text.replace("{n}", mails)


def _back(call_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("notifications:uncertain-call", args=[call_id]))
