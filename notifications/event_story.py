"""Why did, or didn't, this event become mail? Every step with its reason, from its row, the log and the digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime

from notifications.catalog import find_type, types_for_event
from notifications.explanation import explain, in_words, sentence_of, steps_of
from notifications.routing.intake import judge_intake
from notifications.routing.models import Digest, DigestItem
from notifications.routing.withdrawals import withdrawn_among
from notifications.timeline import Story, load_story, tell_after
from tracking.models import Event, Message
from tracking.schemas import find_schema
from tracking.steps import Step

#: Of so many mails of one event the whole story is told; an event causes a few.
MOST_STORIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The steps of one type and channel; the first chapter, without a title, is the event's own."""

    title: str = ""
    channel: str = ""
    type_key: str = ""
    message_id: UUID | None = None
    state: str = ""
    steps: Sequence[Step] = ()


def tell_event(event: Event) -> list[Step]:
    """All steps of all chapters; this is what `Event.explain` answers."""
    return [step for chapter in tell_chapters(event) for step in chapter.steps]


def tell_chapters(event: Event) -> list[Chapter]:
    """The event's own steps, then those of each type and channel that it was decided for."""
    intake = judge_intake(event, find_schema(event.name))
    fates = [] if event.state == Event.State.WITHDRAWAL else [*_mails(event), *_digests(event)]
    ending = [] if fates or intake[-1].is_stop else [nothing_of(event)]
    own = [replace(step, sentence=sentence_of(step), at=event.received_at) for step in [*intake, *ending]]
    return [Chapter(steps=own), *fates]


def nothing_of(event: Event) -> Step:
    """Why an event that was taken in has caused nothing so far."""
    if event.state == Event.State.REFUSED:
        reason = "; ".join(str(fault.get("reason", "")) for fault in event.faults)
        return Step(name="types", code="crashed", detail=reason, is_stop=True)
    if not types_for_event(event.name):
        return Step(name="types", code="none", is_stop=True)
    if event.routed_at is None:
        return Step(name="types", code="waiting")
    return Step(name="types", code="withdrawn" if withdrawn_among([event]) else "nothing", is_stop=True)


def _mails(event: Event) -> Iterator[Chapter]:
    found = Message.objects.filter(event=event).order_by("id").select_related("outbox")
    for number, message in enumerate(found[:200]):
        story = load_story(message.pk) if number < MOST_STORIES else None
        yield tell_mail(story or Story(message=message, calls=(), attempts=(), facts=()))


def tell_mail(story: Story) -> Chapter:
    """What was decided about one mail, and what became of it."""
    message = story.message
    at = message.created_at
    steps = [replace(step, sentence=sentence_of(step), at=at) for step in steps_of(message)]
    if not (steps and steps[-1].is_stop):
        steps += [*_after(story), _standing(story)]
    mine = [replace(step, type_key=message.type_key, channel=message.channel, message_id=message.pk) for step in steps]
    return Chapter(
        title=title_of(message.type_key) or message.source, type_key=message.type_key, channel=message.channel,
        message_id=message.pk, state=story.phase, steps=mine,
    )  # fmt: skip


def title_of(type_key: str) -> str:
    """A type's name for people; of a retired one its key."""
    kind = find_type(type_key)
    return kind.title() if kind else type_key


def _after(story: Story) -> Iterator[Step]:
    """Tries, reports and decisions of staff."""
    for entry in tell_after(story):
        if not entry.is_ahead:
            text = f"{entry.title} ({entry.text})." if entry.text else f"{entry.title}."
            yield Step(name="delivery", code=entry.code or "note", sentence=text, at=entry.at)


def _standing(story: Story) -> Step:
    message = story.message
    sentence = explain(message, phase=story.phase)
    ends = {"skipped", "failed", "dead", "cancelled", "expired"}
    return Step(
        name="standing", code=message.reason or story.phase, sentence=sentence, at=message.state_at,
        is_stop=story.phase in ends,
    )  # fmt: skip


def _digests(event: Event) -> Iterator[Chapter]:
    items = DigestItem.objects.filter(event_id=event.pk, digest__contact=event.contact_id).select_related("digest")
    for item in items.order_by("id"):
        digest = item.digest
        gathered = Step(name="digest", code=digest.cadence, at=item.added_at)
        standing = Step(name="standing", code=digest.state, sentence=told_digest(digest), at=digest.opened_at)
        steps = [replace(gathered, sentence=sentence_of(gathered)), standing]
        mine = [
            replace(step, type_key=digest.type_key, channel=digest.channel, message_id=digest.message_id)
            for step in steps
        ]
        yield Chapter(
            title=title_of(digest.type_key), type_key=digest.type_key, channel=digest.channel, steps=mine,
            message_id=digest.message_id,
        )  # fmt: skip


def told_digest(digest: Digest) -> str:
    """Where a digest is, in a sentence."""
    if digest.state == Digest.State.OPEN:
        return f"The digest is gathered until {date_format(localtime(digest.due_at), 'j M, H:i')}."
    if digest.state == Digest.State.SENT:
        return "The digest was made and handed to delivery."
    because = in_words(digest.reason) if digest.reason else "the person did not want it any more"
    return f"The digest was dropped when it was due, because {because[:1].lower()}{because[1:]}."
