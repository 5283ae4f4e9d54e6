"""What does staff see of queues and workers, and how is a stream stopped? Live, and readable without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from config import clock
from config.queues import QUEUES, STREAMS, Stream
from config.screens import show_screen, staff_screen
from notifications import backlog, standing, throughput
from notifications.backlog import Lane, Worker
from notifications.delivery import holds
from notifications.delivery.models import Hold
from notifications.history import note_action
from notifications.pauses import paused_streams
from notifications.queue_forms import PauseForm
from notifications.throughput import Minute, Pace

VIEW, CHANGE = "notifications.view_outbox", "notifications.change_hold"
SWEEPER = "sweeper"
SPARK_HEIGHT = 24
#: People wait for these: pausing them takes more than one press.
TYPED = (Stream.CRITICAL, Stream.TRANSACTIONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One minute of a stream in a drawing 15 wide and 24 high: mails as a bar, failed calls as a mark above it."""

    x: float
    top: str
    height: str
    has_errors: bool
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamView:
    """One stream as it is shown."""

    lane: Lane
    pace: Pace
    bars: Sequence[Bar]
    hold: Hold | None
    left: timedelta | None

    @property
    def in_flight(self) -> int:
        """Mails in a worker's hands or on their way to a provider."""
        return self.lane.counts.get("claimed", 0) + self.lane.counts.get("sending", 0)


@staff_screen(VIEW)
def show_queues(request: HttpRequest) -> HttpResponse:
    """Each stream, the workers and the accounts; the part that moves is fetched anew every two seconds."""
    context = {**_read(clock.now()), "may_pause": request.user.has_perm(CHANGE)}
    if request.headers.get("HX-Request"):
        return render(request, "notifications/fragments/queues.html", context)
    title = _("Queues and workers")
    return show_screen(request, "notifications/console/queues.html", title=title, is_fullwidth="1", **context)


@staff_screen(CHANGE)
def pause(request: HttpRequest, stream: str) -> HttpResponse:
    """Ask once more, then hold everything of a stream."""
    _require(stream)
    form = PauseForm(request.POST or None, word=stream if stream in TYPED else "")
    if request.method == "POST" and form.is_valid():
        reason = ": ".join(filter(None, [request.user.get_username(), form.cleaned_data["reason"]]))
        holds.set_hold(holds.stream_source(stream), Hold.State.PAUSED, reason=reason[:120])
        note_action(request, Hold(source=holds.stream_source(stream)), f"Paused: {reason}")
        messages.warning(request, _("The %s stream is paused. What was being sent at this moment still goes.") % stream)
        return HttpResponseRedirect(reverse("notifications:queues"))
    title = _("Pause the %s stream?") % stream
    return show_screen(
        request, "notifications/console/pause.html", title=title, form=form, lane=_lane(stream),
        is_typed=stream in TYPED,
    )  # fmt: skip


@require_POST
@staff_screen(CHANGE)
def resume(request: HttpRequest, stream: str) -> HttpResponse:
    """Let a stream go on at once."""
    _require(stream)
    holds.resume(holds.stream_source(stream), at=clock.now())
    note_action(request, Hold(source=holds.stream_source(stream)), "Resumed.")
    count = _lane(stream).total
    text = ngettext("%(stream)s goes on: %(count)d mail waits in it.",
                    "%(stream)s goes on: %(count)d mails wait in it.", count)  # fmt: skip
    messages.success(request, text % {"stream": stream.capitalize(), "count": count})
    return HttpResponseRedirect(reverse("notifications:queues"))


def _require(stream: str) -> None:
    if stream not in STREAMS:
        raise Http404("no such stream")


def _lane(stream: str) -> Lane:
    return next(lane for lane in backlog.read_lanes(at=clock.now()) if lane.stream == stream)


def _read(at: datetime) -> dict[str, Any]:
    workers = backlog.read_workers(at=at)
    sweepers = [worker for worker in workers if worker.beat.queues == SWEEPER]
    others = sorted((worker for worker in workers if worker not in sweepers), key=_rank)
    return {
        "at": at, "streams": _read_streams(at), "receipts": backlog.count_receipts(), "crew": [*others, *sweepers],
        "has_sweeper": any(worker.is_alive for worker in sweepers), "unserved": _unserved(workers),
        "pools": standing.read_pools(at=at),
    }  # fmt: skip


def _rank(worker: Worker) -> tuple[int, str]:
    """Most urgent first; a queue that this version does not know stands last."""
    first = worker.beat.queues.split(",")[0]
    return (QUEUES.index(first) if first in QUEUES else len(QUEUES), worker.beat.name)


def _read_streams(at: datetime) -> list[StreamView]:
    paces = throughput.read_paces(at=at)
    paused = paused_streams()
    return [
        StreamView(
            lane=lane, pace=paces[lane.stream], bars=_bars(paces[lane.stream]), hold=paused.get(lane.stream),
            left=paces[lane.stream].time_for(lane.due) if lane.due else None,
        )
        for lane in backlog.read_lanes(at=at)
    ]  # fmt: skip


def _bars(pace: Pace) -> list[Bar]:
    most = max(*(minute.mails for minute in pace.minutes), 1)
    return [_bar(place, minute, most=most, of=len(pace.minutes)) for place, minute in enumerate(pace.minutes)]


def _bar(place: int, minute: Minute, *, most: int, of: int) -> Bar:
    height = max((SPARK_HEIGHT - 4) * minute.mails / most, 1) if minute.mails else 0.0
    ago = of - 1 - place
    when = _("this minute") if not ago else ngettext("%d minute ago", "%d minutes ago", ago) % ago
    said = ngettext("%d mail", "%d mails", minute.mails) % minute.mails
    failed = ngettext("%d failed call", "%d failed calls", minute.errors) % minute.errors if minute.errors else ""
    return Bar(
        x=place, top=f"{SPARK_HEIGHT - height:.1f}", height=f"{height:.1f}", has_errors=bool(minute.errors),
        label=", ".join(filter(None, [f"{when}: {said}", failed])),
    )  # fmt: skip


def _unserved(workers: Sequence[Worker]) -> list[str]:
    """Streams that no living worker takes."""
    served = {queue for worker in workers if worker.is_alive for queue in worker.beat.queues.split(",")}
    return [stream for stream in STREAMS if stream not in served]
