"""Which mails were given up, why, and what does staff do about them? Nothing happens before it was said exactly."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.screens import page_of, show_screen, staff_screen
from notifications.deadletter_filters import DeadLetterFilter, count_causes, cut_page
from notifications.deadletter_plan import read_rate, refused_in_words, take_time
from notifications.deadletter_selection import MOST_AT_ONCE, TYPED_FROM, has_typed, read_selection
from notifications.delivery.deadletters import count_replayable, discard, refusal_of, replay
from notifications.delivery.models import DeadLetter
from notifications.explanation import in_words
from notifications.letter_preview import render_letter
from notifications.timeline import load_story
from preferences.addresses import BadAddress
from preferences.contacts import AddressTaken, NoSuchContact, change_address
from preferences.eligibility import Ask, may_send
from preferences.facts import gather_facts

PAGE_ROWS = 50
#: Mails a second, until somebody says otherwise.
DEFAULT_RATE = "20"
_VIEW, _CHANGE = "notifications.view_deadletter", "notifications.change_deadletter"
_MARKS = ("before", "after")


@staff_screen(_VIEW)
def list_letters(request: HttpRequest) -> HttpResponse:
    """The dead letters, newest first, with what they died of on top."""
    query = request.GET.copy()
    for name in (*_MARKS, *(name for name, value in request.GET.items() if not value)):
        query.pop(name, None)
    rows = DeadLetter.objects.select_related("message__contact")
    found = DeadLetterFilter(request.GET, queryset=rows)
    matching = found.qs if found.is_valid() else rows.none()
    page, newer, older = cut_page(matching, request, size=PAGE_ROWS)
    causes = count_causes(query)
    chosen = query.get("cause")
    by_cause = query.copy()
    by_cause.pop("cause", None)
    return show_screen(
        request, "notifications/console/deadletters.html", title=_("Dead letters"), filter=found, rows=page,
        newer=newer, older=older, query=query.urlencode(), query_without_cause=by_cause.urlencode(), causes=causes,
        chosen=chosen, most=max((number for _cause, number in causes), default=0),
        total=sum(number for cause, number in causes if chosen in (None, cause)),
        is_filtered=bool(query), may_change=request.user.has_perm(_CHANGE), looked_at=clock.now().isoformat(),
        is_fullwidth="1",
    )  # fmt: skip


@staff_screen(_CHANGE)
@require_POST
def replay_letters(request: HttpRequest) -> HttpResponse:
    """First what would happen, to how many and how fast; then, confirmed, it happens."""
    at = clock.now()
    selection = read_selection(request, at=at)
    asked_rate = request.POST.get("rate", DEFAULT_RATE)
    rate = read_rate(asked_rate)
    ids = selection.taken()
    dry = count_replayable(DeadLetter.objects.filter(pk__in=ids), at=at)
    gone = len(set(selection.ids or ()) - set(ids))
    if request.POST.get("confirmed") and has_typed(request, dry.replayed):
        done = replay(ids, at=at, per_second=rate, by=request.user.pk)
        _say_replayed(request, done.replayed, refused_in_words(done.refused), rate)
        return _back(selection.query)
    return show_screen(
        request, "notifications/console/deadletters_replay.html", title=_("Send again?"), fields=selection.fields(),
        number=dry.replayed, refusals=refused_in_words(dry.refused, gone=gone), rate=asked_rate,
        takes=take_time(dry.replayed, rate), is_cut=len(ids) == MOST_AT_ONCE, most=MOST_AT_ONCE,
        is_typed=dry.replayed >= TYPED_FROM, is_mistyped=bool(request.POST.get("confirmed")), query=selection.query,
    )  # fmt: skip


@staff_screen(_CHANGE)
@require_POST
def discard_letters(request: HttpRequest) -> HttpResponse:
    """First how many would be wiped; then, confirmed, they are."""
    selection = read_selection(request, at=clock.now())
    ids = list(DeadLetter.objects.filter(pk__in=selection.taken(), discarded_at=None).values_list("pk", flat=True))
    if request.POST.get("confirmed") and has_typed(request, len(ids)):
        number = discard(ids, at=clock.now(), by=request.user.pk)
        messages.success(request, _("%d discarded. The message log still says what became of each.") % number)
        return _back(selection.query)
    return show_screen(
        request, "notifications/console/deadletters_discard.html", title=_("Discard?"), fields=selection.fields(),
        number=len(ids), is_typed=len(ids) >= TYPED_FROM, is_mistyped=bool(request.POST.get("confirmed")),
        query=selection.query,
    )  # fmt: skip


@staff_screen(_VIEW)
def show_letter(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One dead letter: why, what it says, what was tried, and what can be done."""
    letter = DeadLetter.objects.filter(pk=message_id).first()
    story = load_story(message_id)
    if letter is None or story is None:
        raise Http404("no such dead letter")
    at = clock.now()
    view = render_letter(letter)
    contact = story.message.contact
    return show_screen(
        request, "notifications/console/deadletter.html", title=_("Dead letter"), letter=letter, story=story,
        message=story.message, contact=contact, mail=view, refusal=refusal_of(letter.pk, at=at),
        stopped_by=_stopped_by(letter), contact_page=page_of(contact), calls={call.pk: call for call in story.calls},
        may_change=request.user.has_perm(_CHANGE), looked_at=at.isoformat(),
        may_readdress=request.user.has_perms([_CHANGE, "preferences.change_contact"]),
        may_see_contact=request.user.has_perm("preferences.view_contact"),
    )  # fmt: skip


@staff_screen(_CHANGE)
@require_POST
def readdress(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Mend the person's address, and with the second button send the mail again at once."""
    letter = DeadLetter.objects.filter(pk=message_id).first()
    if letter is None:
        raise Http404("no such dead letter")
    if not request.user.has_perm("preferences.change_contact"):
        messages.error(request, _("Your role may not change a person's address."))
        return HttpResponseRedirect(reverse("notifications:deadletter", args=[message_id]))
    try:
        contact = change_address(letter.contact_id, request.POST.get("address", ""), by=request.user.pk)
    except (BadAddress, AddressTaken, NoSuchContact) as fault:
        messages.error(request, _("Not changed: %s") % fault)
        return HttpResponseRedirect(reverse("notifications:deadletter", args=[message_id]))
    messages.success(request, _("The address is %s now, for every mail to this person.") % contact.email)
    if "replay" in request.POST:
        done = replay([message_id], at=clock.now(), by=request.user.pk)
        _say_replayed(request, done.replayed, refused_in_words(done.refused), None)
        return HttpResponseRedirect(reverse("notifications:message", args=[message_id]))
    return HttpResponseRedirect(reverse("notifications:deadletter", args=[message_id]))


def _stopped_by(letter: DeadLetter) -> str:
    """The rule that would stop it if it went now; "" where none would."""
    facts = gather_facts([letter.contact_id]).get(letter.contact_id)
    if facts is None:
        return in_words("no_contact")
    ask = Ask(
        stream=letter.stream, type_key=letter.type_key, topic_key=letter.topic_key, is_required=letter.is_required,
        is_topic_default_on=letter.is_topic_default_on,
    )  # fmt: skip
    decision = may_send(facts, ask, at=clock.now())
    return "" if decision.allowed else in_words(decision.reason)


def _say_replayed(request: HttpRequest, number: int, refusals: list[tuple[int, str]], rate: float | None) -> None:
    if number:
        takes = take_time(number, rate)
        text = _("%d mail is queued again.") if number == 1 else _("%d mails are queued again.")
        messages.success(request, text % number + (_(" The last one is due in %s.") % takes if takes else ""))
    for count, words in refusals:
        messages.warning(request, _("%(count)d not sent again: %(words)s.") % {"count": count, "words": words})


def _back(query: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("notifications:deadletters") + (f"?{query}" if query else ""))
