"""What happened to one mail, from the event to the last click? Facts of four tables in one order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model

from notifications.delivery.failures import Kind as Verdict
from notifications.delivery.models import Attempt, Call, Outbox
from notifications.explanation import in_words, is_notable, phase_of, sentence_of, steps_of
from tracking.models import Conversion, Link, Message, MessageEvent
from tracking.worth import spell_amount

Kind = MessageEvent.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline. `tone` is good, bad, warn or plain; `icon` a Material symbol."""

    at: datetime
    icon: str
    title: str
    tone: str = "plain"
    text: str = ""
    url: str = ""
    machine: str = ""
    is_ahead: bool = False
    code: str = ""  # what it is for programs: a verdict on a try, the kind of a report


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A message with all that is known of it."""

    message: Message
    calls: Sequence[Call]
    attempts: Sequence[Attempt]
    facts: Sequence[MessageEvent]
    conversions: Sequence[Conversion] = ()
    links: dict[int, str] = field(default_factory=dict)
    staff: dict[int, str] = field(default_factory=dict)  # names of those who decided something about it

    @property
    def phase(self) -> str:
        """Its state, or the phase that a worker holds it in."""
        return phase_of(self.message)

    @property
    def outbox(self) -> Outbox | None:
        """What is still to be done about it."""
        row: Outbox | None = getattr(self.message, "outbox", None)
        return row


def load_story(message_id: UUID) -> Story | None:
    """Everything about one message in at most six queries; None when there is no such message."""
    found = Message.objects.select_related("contact", "event", "outbox", "dead_letter").filter(pk=message_id).first()
    if found is None:
        return None
    call_ids = set(found.call_ids)
    row: Outbox | None = getattr(found, "outbox", None)
    if row is not None and row.call_id:
        call_ids.add(row.call_id)
    calls = Call.objects.filter(pk__in=call_ids).select_related("provider").defer("members", "sealed_members")
    facts = list(MessageEvent.objects.filter(message=found).order_by("occurred_at", "id"))
    return Story(
        message=found,
        calls=list(calls.order_by("created_at")) if call_ids else [],
        attempts=list(Attempt.objects.filter(call_id__in=call_ids).order_by("started_at", "id")) if call_ids else [],
        facts=facts,
        conversions=list(found.conversions.order_by("occurred_at")) if found.opened_at or found.clicked_at else (),
        links=_links(found, facts),
        staff=_staff(facts),
    )


def tell(story: Story) -> list[Entry]:
    """The timeline, oldest first; what is still ahead comes last."""
    entries = [*_beginning(story), *_calls(story), *_facts(story), *_conversions(story), *_ending(story)]
    return sorted(entries, key=lambda entry: (entry.is_ahead, entry.at))


def tell_after(story: Story) -> list[Entry]:
    """What came after it was handed to delivery: tries, reports, and what staff decided; oldest first."""
    return sorted([*_calls(story), *_facts(story), *_conversions(story)], key=lambda entry: entry.at)


def _links(message: Message, facts: Iterable[MessageEvent]) -> dict[int, str]:
    numbers = {fact.detail.get("link") for fact in facts if isinstance(fact.detail.get("link"), int)}
    if not numbers or message.template_version_id is None:
        return {}
    rows = Link.objects.filter(version_id=message.template_version_id, number__in=numbers)
    return {link.number: link.url or "" for link in rows}


def _staff(facts: Iterable[MessageEvent]) -> dict[int, str]:
    """The names of staff whose decisions are among the facts; no query where there are none."""
    ids = {fact.detail["by"] for fact in facts if fact.detail.get("note") and fact.detail.get("by")}
    return {user.pk: user.get_username() for user in get_user_model().objects.filter(pk__in=ids)} if ids else {}


def _beginning(story: Story) -> Iterator[Entry]:
    message = story.message
    if message.event is not None:
        yield Entry(at=message.event.received_at, icon="bolt", title=f"Event {message.event.name} received")
    steps = steps_of(message)
    if steps and any(step.is_stop for step in steps):
        return  # the ending says so
    notable = [sentence_of(step) for step in steps if is_notable(step)]
    yield Entry(at=message.created_at, icon="rule", title="Decided to send", text=" ".join(notable))


def _calls(story: Story) -> Iterator[Entry]:
    answered = {attempt.call_id for attempt in story.attempts}
    sizes = {call.pk: call.size for call in story.calls}
    accepting = _accepting(story)
    for attempt in story.attempts:
        yield _attempt(attempt, is_accepted=attempt is accepting, size=sizes.get(attempt.call_id, 1))
    for call in story.calls:
        if call.pk not in answered:
            text = (
                f"{call.size} in the call; no answer is recorded yet" if call.size > 1 else "No answer is recorded yet"
            )
            yield Entry(
                at=call.created_at, icon="upload", title=f"Handed to {call.provider.name}", tone="warn", text=text,
                code="handed_over",
            )  # fmt: skip


def _accepting(story: Story) -> Attempt | None:
    """The try by which this mail was accepted. An attempt's kind speaks for the worst member of its call."""
    if story.message.sent_at is None or not story.message.call_ids:
        return None
    last = story.message.call_ids[-1]
    return next((attempt for attempt in reversed(story.attempts) if attempt.call_id == last), None)


def _attempt(attempt: Attempt, *, is_accepted: bool, size: int) -> Entry:
    shared = f"together with {size - 1} others" if size > 1 else ""
    took = f"{attempt.milliseconds} ms"
    if is_accepted:
        text = " · ".join(filter(None, [took, shared]))
        return Entry(
            at=attempt.started_at, icon="outbox", title=f"Accepted by {attempt.provider_key}", tone="good", text=text,
            code="accepted",
        )  # fmt: skip
    tone = "warn" if attempt.kind in {Verdict.TRANSIENT, Verdict.AMBIGUOUS, Verdict.NOT_TRIED} else "bad"
    return Entry(
        at=attempt.started_at, icon="sms_failed", tone=tone, code=attempt.kind,
        title=f"Not accepted by {attempt.provider_key}: {_lower(in_words(attempt.kind))}",
        text=" · ".join(filter(None, [took, attempt.code, attempt.answer, shared])),
    )  # fmt: skip


_LOOKS: dict[str, tuple[str, str, str]] = {
    Kind.SENT: ("outbox", "good", "Sent by the provider"),
    Kind.DELIVERED: ("mark_email_read", "good", "Delivered"),
    Kind.DEFERRED: ("schedule", "warn", "Held back for now"),
    Kind.BOUNCED: ("unsubscribe", "bad", "Bounced: the mailbox does not take it"),
    Kind.SOFT_BOUNCED: ("unsubscribe", "warn", "Bounced for now"),
    Kind.REJECTED: ("block", "bad", "Refused by the provider"),
    Kind.COMPLAINED: ("report", "bad", "Reported as spam"),
    Kind.OPENED: ("drafts", "good", "Opened"),
    Kind.CLICKED: ("ads_click", "good", "Clicked"),
    Kind.UNSUBSCRIBED: ("do_not_disturb_on", "warn", "Unsubscribed"),
    Kind.RESUBSCRIBED: ("undo", "good", "Subscribed again"),
    Kind.RETRYING: ("replay", "warn", "Will be tried again"),
    Kind.UNKNOWN: ("help", "warn", "The outcome is unknown"),
    Kind.FAILED: ("error", "bad", "Failed"),
    Kind.OTHER: ("more_horiz", "plain", "Another report of the provider"),
}


_NOTES: dict[str, tuple[str, str, str]] = {
    "replayed": ("replay", "plain", "Sent again"),
    "discarded": ("delete", "warn", "Discarded"),
    "settled_sent": ("task_alt", "good", "Recorded as sent"),
    "sent_again": ("content_copy", "warn", "Sent again, though it may arrive twice"),
    "given_up": ("skull", "bad", "Given up"),
}


def _decision(story: Story, fact: MessageEvent) -> Entry:
    """What somebody decided, by hand or by command."""
    note = fact.detail["note"]
    icon, tone, title = _NOTES.get(note, ("person", "plain", note))
    by = fact.detail.get("by")
    who = story.staff.get(by, f"a former member of staff ({by})") if by else "the command line"
    cause = fact.detail.get("cause", "")
    text = f"It had been given up: {_lower(in_words(cause))}" if cause else ""
    return Entry(
        at=fact.occurred_at, icon=icon, tone=tone, title=f"{title} by {who}", text=text, code=fact.detail["note"]
    )


def _facts(story: Story) -> Iterator[Entry]:
    for fact in story.facts:
        if fact.detail.get("note"):
            yield _decision(story, fact)
            continue
        icon, tone, title = _LOOKS.get(fact.kind, ("more_horiz", "plain", fact.kind))
        number = fact.detail.get("link")
        url = story.links.get(number, "") if isinstance(number, int) else ""
        if number is not None and not url:
            title += f" personal link {number}"
        yield Entry(
            at=fact.occurred_at, icon=icon, tone="plain" if fact.is_machine else tone, title=title, url=url,
            code=fact.kind, text=_detail(fact), machine=in_words(fact.machine_reason) if fact.is_machine else "",
        )  # fmt: skip


def _conversions(story: Story) -> Iterator[Entry]:
    """What the mail is credited with."""
    for one in story.conversions:
        amount = spell_amount(one.amount, one.currency)
        yield Entry(
            at=one.occurred_at, icon="paid", tone="plain" if one.refunds else "good", code="converted",
            title=f"{one.name}, {amount}" if amount else one.name,
            text=f"Put down to this mail: {_lower(one.get_attributed_by_display())}",
        )  # fmt: skip


def _detail(fact: MessageEvent) -> str:
    detail = fact.detail
    reason = in_words(str(detail["reason"])) if detail.get("reason") else ""
    if "code" in detail:
        return reason  # our own note on a try, whose answer stands above it
    parts = [fact.provider and f"reported by {fact.provider}", reason, detail.get("answer"), detail.get("user_agent")]
    return " · ".join(str(part) for part in parts if part)


_ENDS: dict[str, tuple[str, str, str]] = {
    Message.State.SKIPPED: ("do_not_disturb_on", "warn", "Not sent"),
    Message.State.FAILED: ("error", "bad", "Failed"),
    Message.State.DEAD: ("skull", "bad", "Given up"),
    Message.State.CANCELLED: ("cancel", "warn", "Withdrawn"),
    Message.State.EXPIRED: ("timer_off", "warn", "Expired"),
    Message.State.UNKNOWN: ("help", "warn", "The outcome is unknown"),
}
_AHEAD: dict[str, tuple[str, str]] = {
    Message.State.QUEUED: ("hourglass_top", "Due"),
    Message.State.RETRYING: ("replay", "Next try"),
    Message.State.DEFERRED: ("schedule", "Looked at again"),
}


def _ending(story: Story) -> Iterator[Entry]:
    message = story.message
    told = {fact.kind for fact in story.facts}
    if message.state in _ENDS and not ({message.state, "failed" if message.state == "dead" else ""} & told):
        icon, tone, title = _ENDS[message.state]
        yield Entry(at=message.state_at, icon=icon, tone=tone, title=title, text=in_words(message.reason))
    row = story.outbox
    if row is None:
        return
    if row.state in _AHEAD:
        icon, title = _AHEAD[row.state]
        yield Entry(at=row.due_at, icon=icon, title=title, text=in_words(message.reason) if message.reason else "",
                    is_ahead=True)  # fmt: skip
    elif row.state in {Outbox.State.CLAIMED, Outbox.State.SENDING} and row.lease_until:
        title = "A worker has it" if row.state == Outbox.State.CLAIMED else "Being handed over"
        yield Entry(at=row.lease_until, icon="progress_activity", title=title, is_ahead=True,
                    text=f"{row.lease_owner}; looked at again when its lease ends")  # fmt: skip


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
