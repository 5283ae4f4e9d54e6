"""Where does staff build segments? The list, and the builder with its live count."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.builder.changes import empty
from campaigns.builder.form import BuilderForm, apply, read_form
from campaigns.builder.outline import MATCHES, draw, faults_in
from campaigns.builder.size_chart import draw_sizes
from campaigns.builder.subjects import menu
from campaigns.models import Segment
from campaigns.segments.faults import BadRule
from campaigns.segments.keeping import save_segment
from campaigns.segments.known import Known
from campaigns.segments.reading import read_aloud
from campaigns.segments.ready_made import READY_MADE, make_ready_made, missing_ready_made
from campaigns.segments.running import TooSlow, count_people, find_some
from campaigns.segments.sizes import note_size, read_sizes
from campaigns.segments.tree import read_rule
from campaigns.segments.usage import find_uses
from config import clock
from config.screens import page_of, show_screen, staff_screen
from notifications.history import note_action
from preferences.models import Contact

VIEW, ADD, EDIT = "campaigns.view_segment", "campaigns.add_segment", "campaigns.change_segment"


@staff_screen(VIEW)
def list_segments(request: HttpRequest) -> HttpResponse:
    """All segments with their sizes; archived ones where they are asked for."""
    is_archived = request.GET.get("archived") == "1"
    segments = list(Segment.objects.filter(archived_at__isnull=not is_archived))
    today = clock.now().astimezone(UTC).date()
    sizes, uses = read_sizes(segments, today=today), find_uses([one.pk for one in segments])
    rows = [
        {
            "segment": one, "size": sizes[one.pk][-1] if sizes[one.pk] else None, "uses": uses[one.pk],
            "chart": draw_sizes(sizes[one.pk], today=today, days=30, is_spark=True),
        }
        for one in segments
    ]  # fmt: skip
    return show_screen(
        request, "campaigns/segments/list.html", title=_("Segments"), rows=rows, is_archived=is_archived,
        may_add=request.user.has_perm(ADD), ready=missing_ready_made(Known()), is_fullwidth="1",
        archived=Segment.objects.filter(archived_at__isnull=False).count(),
    )  # fmt: skip


@require_POST
@staff_screen(ADD)
def add_ready_made(request: HttpRequest) -> HttpResponse:
    """The segments that everybody begins with."""
    made = make_ready_made()
    messages.success(request, _("%(count)d segments were added.") % {"count": len(made)})
    return HttpResponseRedirect(reverse("campaigns:segments"))


@staff_screen(ADD)
def new_segment(request: HttpRequest) -> HttpResponse:
    """An empty rule, or a ready-made one to start from."""
    known = Known()
    start = next((one for one in READY_MADE if one.key == request.GET.get("from")), None)
    rule = start.rule(known) if start else None
    segment = Segment(name=start.name if start else "", description=start.description if start else "")
    return _build(request, segment, BuilderForm(tree=rule or empty()), known)


@staff_screen(VIEW)
def show_segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    """The builder with the rule as it is saved; read-only for those who may only look."""
    segment = get_object_or_404(Segment, pk=segment_id)
    return _build(request, segment, BuilderForm(tree=segment.rule or empty()), Known())


@require_POST
@staff_screen(VIEW)
def change(request: HttpRequest) -> HttpResponse:
    """One change of the rule on the page; nothing is saved."""
    known = Known()
    try:
        form = read_form(request.POST, known)
        action, path, value = _read_action(request)
        form = apply(form, action, path, value)
    except BadRule as error:
        return render(request, "campaigns/segments/unreadable.html", {"fault": str(error)})
    response = render(request, "campaigns/segments/canvas.html", _canvas(request, form, known))
    response["HX-Trigger-After-Settle"] = "rule-changed"
    return response


@require_POST
@staff_screen(VIEW)
def count(request: HttpRequest) -> HttpResponse:
    """The rule in words, how many it selects now, and some of them."""
    known, at, inside = Known(), clock.now(), _inside(request)
    try:
        tree = read_form(request.POST, known).tree
    except BadRule as error:
        return render(request, "campaigns/segments/count.html", {"fault": str(error)})
    node = draw(tree, known, at=at, inside=inside)
    context: dict[str, Any] = {"node": node, "faults": faults_in(node), "is_count": True}
    try:
        rule = read_rule(tree)
        context |= {"sentence": read_aloud(rule, known), "size": count_people(tree, at=at, inside=inside)}
        context["people"] = contacts_of(find_some(tree, at=at, inside=inside))
        _remember_size(request, tree, context["size"].count)
    except (BadRule, TooSlow) as error:
        context["fault"] = str(error)
    return render(request, "campaigns/segments/count.html", context)


@require_POST
@staff_screen(VIEW)
def save(request: HttpRequest, segment_id: int | None = None) -> HttpResponse:
    """Keep the rule; where it cannot be, the page as it was with what is wrong."""
    if not request.user.has_perm(EDIT if segment_id else ADD):
        return HttpResponse(_("You may look at segments, and not change them."), status=403)
    segment = get_object_or_404(Segment, pk=segment_id) if segment_id else Segment()
    known = Known()
    name, description = request.POST.get("name", ""), request.POST.get("description", "")
    try:
        form = read_form(request.POST, known)
    except BadRule as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("campaigns:segments"))
    try:
        saved = save_segment(segment, form.tree, name=name, description=description, by=request.user.pk, at=clock.now())
    except BadRule as error:
        messages.error(request, str(error))
        segment.name, segment.description = name, description
        return _build(request, segment, form, known)
    note_action(request, saved, _("Rule saved"))
    messages.success(request, _("The segment is saved."))
    return HttpResponseRedirect(reverse("campaigns:segment", args=[saved.pk]))


def _build(request: HttpRequest, segment: Segment, form: BuilderForm, known: Known) -> HttpResponse:
    today = clock.now().astimezone(UTC).date()
    sizes = read_sizes([segment], today=today, days=90)[segment.pk] if segment.pk else []
    return show_screen(
        request, "campaigns/segments/segment.html", title=segment.name or _("New segment"), segment=segment,
        is_fullwidth="1", chart=draw_sizes(sizes, today=today, days=90),
        uses=find_uses([segment.pk])[segment.pk] if segment.pk else [],
        may_see_plan=bool(segment.pk) and request.user.has_perm("notifications.view_outbox"),
        **_canvas(request, form, known, segment),
    )  # fmt: skip


def _canvas(request: HttpRequest, form: BuilderForm, known: Known, segment: Segment | None = None) -> dict[str, Any]:
    inside = (segment.pk,) if segment and segment.pk else _inside(request)
    may_edit = request.user.has_perm(EDIT if inside else ADD) and not (segment and segment.archived_at)
    return {
        "form": form, "node": draw(form.tree, known, at=clock.now(), inside=inside), "menu": menu(known),
        "matches": MATCHES, "may_edit": may_edit, "segment_pk": inside[0] if inside else "",
    }  # fmt: skip


def _read_action(request: HttpRequest) -> tuple[str, tuple[int, ...], str]:
    """ "add:0-1" or "match:0" with the value of the field of that name."""
    action, _, place = request.POST.get("action", "").partition(":")
    path = tuple(int(step) for step in place.split("-") if step.isdecimal() and len(step) < 4)
    return action, path, request.POST.get(f"{action}.{place}", "")


def _inside(request: HttpRequest) -> tuple[int, ...]:
    number = request.POST.get("segment", "")
    return (int(number),) if number.isdecimal() and len(number) < 19 else ()


def contacts_of(ids: list[int]) -> list[dict[str, Any]]:
    """Contacts with the addresses of their pages, in the order of their ids."""
    found = Contact.objects.filter(pk__in=ids).order_by("pk")
    page = "admin:preferences_contact_change"
    return [{"contact": one, "url": page_of(one) or reverse(page, args=[one.pk])} for one in found]


def _remember_size(request: HttpRequest, tree: dict[str, Any], people: int) -> None:
    """What was counted of a rule as it is saved is today's size."""
    for number in _inside(request):
        segment = Segment.objects.filter(pk=number).first()
        if segment and segment.rule == tree:
            note_size(segment, people, clock.now().astimezone(UTC).date())
