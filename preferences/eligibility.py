"""May this person get this mail now? Pure: facts and the time in, a decision with its reason out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.queues import Stream
from preferences.facts import Facts

# Streams that a person cannot refuse: they asked for the mail, or their safety depends on it.
_UNREFUSABLE = frozenset({Stream.CRITICAL.value, Stream.TRANSACTIONAL.value})

#: Every reason a decision can carry, in words for screens. A reason not listed here is a bug.
REASONS: dict[str, str] = {
    "allowed": "Nothing stands against it",
    "erased": "The person was erased",
    "suppressed_hard_bounce": "The mailbox does not exist (hard bounce)",
    "suppressed_complaint": "The person reported our mail as spam",
    "suppressed_unsubscribe": "The person wants no marketing mail",
    "suppressed_manual": "The address was suppressed by hand",
    "suppressed_erased": "The person asked to be erased",
    "paused": "The person paused mail until a later time",
    "type_off": "The person turned this kind of mail off",
    "topic_off": "The person unsubscribed from this topic",
    "everything_off": "The person unsubscribed from everything",
    "topic_not_asked_for": "The topic is off unless asked for, and the person did not ask",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its reason code (a key of REASONS)."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What mail is meant: its lane, notification type and topic ("" for none)."""

    stream: str
    type_key: str = ""
    topic_key: str = ""
    is_topic_default_on: bool = True
    is_required: bool = False


ALLOWED = Decision(True, "allowed")


def may_send(facts: Facts, ask: Ask, *, at: datetime) -> Decision:
    """Whether `facts` allow `ask` at `at`, first refusal first."""
    if facts.is_erased or facts.address is None:
        return Decision(False, "erased")
    refusals = (_suppressed(facts, ask), _refused(facts, ask, at=at))
    return next((refusal for refusal in refusals if refusal is not None), ALLOWED)


def _suppressed(facts: Facts, ask: Ask) -> Decision | None:
    reason = facts.suppressions.get("all")
    if reason is None and ask.stream == Stream.MARKETING:
        reason = facts.suppressions.get("marketing")
    return Decision(False, f"suppressed_{reason}") if reason else None


def _refused(facts: Facts, ask: Ask, *, at: datetime) -> Decision | None:
    if ask.is_required or ask.stream in _UNREFUSABLE:
        return None
    if facts.paused_until is not None and facts.paused_until > at:
        return Decision(False, "paused")
    code, wish = _most_specific_wish(facts, ask)
    if wish == "never":
        return Decision(False, code)
    if wish is None and not ask.is_topic_default_on:
        return Decision(False, "topic_not_asked_for")
    return None


def _most_specific_wish(facts: Facts, ask: Ask) -> tuple[str, str | None]:
    """The code of a refusal and the frequency wished, from the most specific choice there is."""
    for code, key in (
        ("type_off", (ask.type_key, "")),
        ("topic_off", ("", ask.topic_key)),
        ("everything_off", ("", "")),
    ):
        if code != "everything_off" and key == ("", ""):
            continue
        if wish := facts.choices.get(key):
            return code, wish
    return "", None
