"""Why is a mail where it is? Every reason code in words, and one plain sentence for each mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from config.queues import Stream
from notifications.catalog.channels import EMAIL, channel_keys, channel_of
from notifications.delivery import deadletters, gate, warmup
from notifications.delivery.domains import permission
from notifications.delivery.models import Outbox
from notifications.routing import digest_flush, words
from preferences import eligibility
from tracking.models import Message
from tracking.steps import Step

#: What delivery says in codes, beside the reasons that each deciding module lists itself.
_OF_DELIVERY: dict[str, str] = {
    "fail_over": "One account could not take it, so another one tries at once",
    "transient": "The provider could not take it for the moment",
    "ambiguous": "No clear answer came back from the provider",
    "worker_died": "The worker died while it handed the mail over",
    "permanent_message": "The provider refuses this content for good",
    "permanent_recipient": "This mailbox will never accept it",
    "blocklisted": "The recipient's server refuses us for reputation or rate",
    "provider_wide": "The provider refuses the whole account",
    "credentials_refused": "The provider refuses the account's key or password",
    "asked_by_staff": "Staff tries an account",
    "template_tested": "Staff tries a mail",
    "not_tried": "The call ended before its turn",
    "bug": "An error in our own code",
    "out_of_tries": "All tries are used up",
    "expires_before_next_try": "It would expire before the next try",
    "poison": "Three workers died on it",
    "sent_again_unknown": "No evidence came, so it is sent again; it may arrive twice",
    "sent_again_by_staff": "Somebody had it sent again; it may arrive twice",
    "unknown_given_up": "Nobody could say whether the provider has it, and it was given up",
    "replayed": "Somebody had it sent again",
    "restored": "A backup was restored that may be older than its sending",
    "no_template": "Its template version does not exist any more",
    "nothing_to_carry": "Its template says nothing for this channel, such as a text message",
    "secrets_unreadable": "Its secrets are sealed with a vault key that is not listed any more",
    "sandbox": "Outside production it may not reach this address",
    "liquid_error": "Its template could not be rendered with these values",
    "template_too_costly": "Its template takes too long to render with these values",
    "control_character_in_subject": "A value in the subject holds a line break or the like",
    "variables_not_plain": "Its values hold something that a template may not see",
}

REASONS: dict[str, str] = {
    **_OF_DELIVERY, **warmup.REASONS, **permission.REASONS, **deadletters.REFUSALS, **words.REASONS,
    **digest_flush.REASONS, **gate.REASONS, **eligibility.REASONS,
}  # fmt: skip

S = Message.State
_STOPPED = frozenset({S.SKIPPED, S.FAILED, S.CANCELLED, S.EXPIRED})


def in_words(code: str) -> str:
    """A reason code as people say it; a code that nobody described is shown as it is."""
    if code.startswith("event:"):
        return f"The event {code.removeprefix('event:')} made it pointless"
    return REASONS.get(code, code.replace("_", " ").capitalize())


#: Steps as messages of other times and makers hold them: they say no more than the log's other columns.
_WITHOUT_WORDS = frozenset({"event", "type"})


def steps_of(message: Message) -> list[Step]:
    """The decisions that a message's row holds, in order; the last one stopped it if it was never to be sent."""
    pairs = [pair for pair in message.trail if isinstance(pair, list) and len(pair) == 2]
    steps = [_read_step(*map(str, pair)) for pair in pairs if pair[0] not in _WITHOUT_WORDS]
    if steps and message.reason and message.reason in {steps[-1].code, steps[-1].coded} and message.state in _STOPPED:
        steps[-1] = replace(steps[-1], is_stop=True)
    return steps


def _read_step(name: str, coded: str) -> Step:
    code, _, detail = coded.partition(":")
    return Step(name=name, code=code, detail=detail)


def is_notable(step: Step) -> bool:
    """Whether it says more than that nothing stood against it."""
    return step.code not in {"ok", "allowed", "at_once"}


def sentence_of(step: Step) -> str:
    """A step in words; what stops it follows from its reason."""
    known = words.SENTENCES.get((step.name, step.code))
    if known is not None:
        return known.format(detail=_detail_of(step))
    if step.name == "gate":
        return f"At the moment of sending it was held back, because {_lower(in_words(step.code))}."
    reason = in_words(step.coded if step.code == "event" else step.code)
    return f"It was not sent, because {_lower(reason)}." if step.is_stop else f"{reason}."


def _detail_of(step: Step) -> str:
    if step.name == "quiet_hours":
        return date_format(localtime(datetime.fromisoformat(step.detail)), "j M, H:i")
    return channel_label(step.detail) if step.name == "channel" else step.detail


def channel_label(channel: str) -> str:
    """A channel as people call it; one that is not registered any more by its key."""
    return _lower(channel_of(channel).label) if channel in channel_keys() else channel


def phase_of(message: Message) -> str:
    """The state for people: while a worker has a mail, its outbox row knows better than the log."""
    row: Outbox | None = getattr(message, "outbox", None)
    return row.state if row is not None else message.state


def _delivered(message: Message) -> str:
    by_mail = "It was delivered: the recipient's server accepted it."
    return by_mail if message.channel == EMAIL else f"It was delivered by {channel_label(message.channel)}."


def explain(message: Message, *, phase: str, attempt_answer: str = "") -> str:
    """One sentence: where the mail is and why. `attempt_answer` is what the last provider call was answered."""
    provider = message.provider or "the provider"
    because = _lower(in_words(message.reason)) if message.reason else ""
    due = date_format(localtime(message.due_at), "j M, H:i:s")
    sentence = {
        S.QUEUED: f"It waits for its time or for a worker; due {due}.",
        S.CLAIMED: "A worker has it in hand; it is not sent yet.",
        S.SENDING: "It is being handed to a provider at this moment.",
        S.SENT: f"It was accepted by {provider}; whether it was delivered is not reported yet.",
        S.DELIVERED: _delivered(message),
        S.RETRYING: f"It is tried again at {due}, because {because}.",
        S.DEFERRED: f"It is held back until {due}, because {because}.",
        S.UNKNOWN: f"Nobody can say yet whether {provider} has it: {because}. {_prospect(message)}",
        S.SKIPPED: f"It was not sent, because {because}.",
        S.FAILED: f"It failed, because {because}.",
        S.DEAD: f"It was given up, because {because}.",
        S.CANCELLED: f"It was withdrawn before it was sent: {because}.",
        S.EXPIRED: f"It was not sent, because {because}.",
    }.get(S(phase), "")
    return sentence + _outcome(message) + (f" The answer was “{attempt_answer}”." if attempt_answer else "")


def _prospect(message: Message) -> str:
    """What is done about an unknown mail."""
    row: Outbox | None = getattr(message, "outbox", None)
    if message.stream == Stream.CRITICAL or (row is not None and row.on_unknown == "resend"):
        return "Without evidence it is sent again, flagged as possibly doubled."
    return "It is not sent by another road; a report of the provider settles it."


def _outcome(message: Message) -> str:
    """What came of it afterwards, where that matters more than the state."""
    said = ""
    if message.bounced_at:
        said += " It bounced."
    if message.complained_at:
        said += " The person reported it as spam."
    if message.is_possibly_doubled:
        said += " It may have been sent twice."
    return said


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
