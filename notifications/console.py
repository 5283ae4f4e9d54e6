"""What does staff see of mails? The log, one mail's whole story, and the declared types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.ids import id_floor
from config.screens import Door, page_of, show_screen, staff_screen
from notifications.catalog import NotificationType, all_types, secret_paths
from notifications.catalog.channels import channel_of
from notifications.compose.segments import Length, measure
from notifications.compose.versions import published_keys
from notifications.delivery.models import Call
from notifications.delivery.providers import provider_kinds
from notifications.explanation import explain, sentence_of, steps_of
from notifications.filters import ENDS, MessageFilter
from notifications.preview import inert, show_sent
from notifications.reader_filters import ReaderFilter
from notifications.timeline import Story, load_story, tell
from notifications.uncertain import NO_CALL
from tracking.models import Message

PAGE_ROWS = 50
#: The filters that stand folded away.
_REFINING = ("contact", "reason", "source", "template", "after", "until", *ReaderFilter.base_filters)
#: A young mail's page looks for news every few seconds.
LIVE_FOR = timedelta(hours=1)


@staff_screen("tracking.view_message")
def list_messages(request: HttpRequest) -> HttpResponse:
    """The message log, newest first. Paged by id, so that any page of any number of rows costs the same."""
    found = MessageFilter(request.GET, queryset=Message.objects.select_related("contact", "outbox"))
    rows, newer, older = _cut(found.qs if found.is_valid() else found.queryset.none(), request)
    query = request.GET.copy()
    for name in ("before", "since_id", *(name for name, value in request.GET.items() if not value)):
        query.pop(name, None)
    return show_screen(
        request, "notifications/console/messages.html", title=_("Messages"), filter=found, rows=rows, newer=newer,
        older=older, query=query.urlencode(), is_fullwidth="1",
        is_bounded=found.is_valid() and found.is_bounded,
        is_filtered=any(found.data.get(one) for one in found.form.fields),
        is_refined=any(found.data.get(one) for one in _REFINING),
    )  # fmt: skip


def _cut(found: Any, request: HttpRequest) -> tuple[list[Message], str, str]:
    """One page, and the ids that lead to the newer and the older one ("" where there is none)."""
    before, since = _uuid(request.GET.get("before")), _uuid(request.GET.get("since_id"))
    if since:
        rows = list(found.filter(pk__gt=since).order_by("pk")[: PAGE_ROWS + 1])
        has_newer, rows = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS][::-1]
        has_older = True
    else:
        rows = list((found.filter(pk__lt=before) if before else found).order_by("-pk")[: PAGE_ROWS + 1])
        has_older, rows = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS]
        has_newer = before is not None
    newer = str(rows[0].pk) if rows and has_newer else ""
    return rows, newer, str(rows[-1].pk) if rows and has_older else ""


@staff_screen("tracking.view_message")
def show_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One mail: where it is and why, its timeline, what was sent, and every try."""
    story = load_story(message_id)
    if story is None:
        raise Http404("no such message")
    message = story.message
    return show_screen(
        request, "notifications/console/message.html", title=_title(message), story=story, message=message,
        entries=tell(story), sentence=_sentence(story), mail=_mail(story),
        calls={call.pk: call for call in story.calls}, is_live=timezone.now() - message.created_at < LIVE_FOR,
        event_page=page_of(message.event) if message.event else "", contact_page=page_of(message.contact),
        may_see_contact=request.user.has_perm("preferences.view_contact"),
        steps=[replace(step, sentence=sentence_of(step)) for step in steps_of(message)],
        way_on=_way_on(story) if request.user.has_perm("notifications.view_deadletter") else None,
    )  # fmt: skip


def _way_on(story: Story) -> Door | None:
    """The screen where something can be done about a mail that is stuck."""
    message = story.message
    if getattr(message, "dead_letter", None) is not None:
        return Door(
            label=_("Look at the dead letter: send it again, or discard it"),
            url=reverse("notifications:deadletter", args=[message.pk]),
        )  # fmt: skip
    if story.phase != Message.State.UNKNOWN:
        return None
    call_id = (story.outbox and story.outbox.call_id) or next(iter(message.call_ids[-1:]), NO_CALL)
    return Door(
        label=_("Look at the evidence, and settle it"), url=reverse("notifications:uncertain-call", args=[call_id])
    )  # fmt: skip


def _sentence(story: Story) -> str:
    """Why it is where it is; with the provider's answer where that is the cause."""
    is_trouble = story.phase in {"failed", "dead", "unknown", "retrying", "deferred"}
    last = story.attempts[-1] if story.attempts and is_trouble else None
    answer = ": ".join(filter(None, [last.code, last.answer])) if last else ""
    return explain(story.message, phase=story.phase, attempt_answer=answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """The mail as its recipient got it; `note` says why there is nothing to show."""

    subject: str = ""
    sender: str = ""
    address: str = ""
    html: str = ""
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    amp: str = ""  # empty where none went
    note: str = ""
    length: Length | None = None  # of a text message


def _mail(story: Story) -> SentMail:
    if not story.calls:
        return SentMail(note=_("It has not been handed to a provider, so nothing was rendered for good."))
    for call in (
        Call.objects.filter(pk__in=[call.pk for call in story.calls]).select_related("provider").order_by("-created_at")
    ):
        shown = show_sent(call, story.message.pk)
        if shown is not None and not channel_of(shown.channel).is_mail:
            return SentMail(text=shown.text, length=measure(shown.text), sender=shown.sender, address=shown.address)
        if shown is not None:
            headers = {"From": shown.sender, "To": shown.address, "Subject": shown.subject, **shown.headers}
            kind = provider_kinds().get(call.provider.kind)
            return SentMail(
                subject=shown.subject, html=inert(shown.html), text=shown.text, headers=tuple(headers.items()),
                amp=shown.amp if kind and kind.takes_amp else "",
            )  # fmt: skip
    return SentMail(note=_("What was sent is not kept, because it held secrets."))


def _title(message: Message) -> str:
    kind = next((kind for kind in all_types() if kind.key == message.type_key), None)
    return kind.title() if kind else message.type_key or message.source


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """A declared type with what it caused in the last 24 hours."""

    kind: type[NotificationType]
    fields: tuple[tuple[str, str, bool], ...]  # name, shape, secret
    is_published: bool
    total: int
    sent: int
    held: int


@staff_screen("notifications.view_template")
def list_types(request: HttpRequest) -> HttpResponse:
    """Every declared notification type, its event and payload, and its last 24 hours."""
    published = published_keys()
    counts = _counts_by_type()
    rows = [_type_row(kind, counts.get(kind.key, (0, 0, 0)), published) for kind in all_types()]
    return show_screen(request, "notifications/console/types.html", title=_("Types"), rows=rows)


def _type_row(kind: type[NotificationType], counts: tuple[int, int, int], published: set[str]) -> TypeRow:
    secret = secret_paths(kind.template)
    fields = tuple(
        (name, _shape(field.annotation), f"payload.{name}" in secret)
        for name, field in kind.payload.model_fields.items()
    )
    total, sent, held = counts
    return TypeRow(kind=kind, fields=fields, is_published=kind.template in published, total=total, sent=sent, held=held)


def _shape(annotation: Any) -> str:
    text = (
        str(annotation) if getattr(annotation, "__args__", None) else getattr(annotation, "__name__", str(annotation))
    )
    return " ".join(part.rpartition(".")[2] for part in text.replace("[", "[ ").split()).replace("[ ", "[")


def _counts_by_type() -> dict[str, tuple[int, int, int]]:
    """Mails of the last 24 hours by type: all, accepted, not sent. A range of the primary key, one query."""
    recent = Message.objects.filter(pk__gte=id_floor(timezone.now() - timedelta(hours=24)))
    rows = recent.values("type_key").annotate(
        total=Count("pk"),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        held=Count("pk", filter=Q(state__in=ENDS["held"])),
    )
    return {row["type_key"]: (row["total"], row["sent"], row["held"]) for row in rows}


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
