"""May this person get this mail now? Pure: facts and the time in, a decision with its reason out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from config.queues import Stream
from preferences.facts import Facts
from preferences.sunset import judge_sunset

# Streams that a person cannot refuse: they asked for the mail, or their safety depends on it.
_UNREFUSABLE = frozenset({Stream.CRITICAL.value, Stream.TRANSACTIONAL.value})

#: Every reason a decision can carry, in words for screens. A reason not listed here is a bug.
REASONS: dict[str, str] = {
    "allowed": "Nothing stands against it",
    "erased": "The person was erased",
    "suppressed_hard_bounce": "The mailbox does not exist (hard bounce)",
    "suppressed_complaint": "The person reported our mail as spam",
    "suppressed_unsubscribe": "The person wants no marketing mail",
    "suppressed_soft_bounces": "The mailbox has bounced again and again",
    "suppressed_import": "The address came with a list of addresses not to be mailed",
    "suppressed_manual": "The address was suppressed by hand",
    "suppressed_erased": "The person asked to be erased",
    "suppressed_number": "The phone number takes no text messages",
    "unconfirmed": "The address was never confirmed",
    "paused": "The person paused mail until a later time",
    "type_off": "The person turned this kind of mail off",
    "topic_off": "The person unsubscribed from this topic",
    "everything_off": "The person unsubscribed from everything",
    "type_channel_off": "The person turned this kind of mail off on this channel",
    "topic_channel_off": "The person turned this topic off on this channel",
    "channel_off": "The person turned this channel off",
    "topic_not_asked_for": "The topic is off unless asked for, and the person did not ask",
    "channel_not_asked_for": "Nobody gets it on this channel without asking, and the person did not ask",
    "sunset": "The person has not clicked or bought anything for half a year",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer and its reason code (a key of REASONS); of what is allowed, how often the person wants it."""

    allowed: bool
    reason: str
    frequency: str = "immediate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What mail is meant: its lane, notification type and topic ("" for none), and the channel it would go by."""

    stream: str
    type_key: str = ""
    topic_key: str = ""
    is_topic_default_on: bool = True
    is_required: bool = False
    channel: str = "email"
    is_channel_default_on: bool = True


ALLOWED = Decision(True, "allowed")


def may_send(facts: Facts, ask: Ask, *, at: datetime) -> Decision:
    """Whether `facts` allow `ask` at `at`, first refusal first."""
    if facts.is_erased or facts.address is None:
        return Decision(False, "erased")
    if (facts.suppressions and ask.channel == "email") and (refusal := _suppressed(facts, ask)):
        return refusal
    if ask.channel != "email" and (refusal := _stopped(facts, ask)):
        return refusal
    if ask.is_required or ask.stream in _UNREFUSABLE:
        return ALLOWED if ask.is_channel_default_on or _asked_for_channel(facts, ask) else _NO_CHANNEL
    return _judge_news(facts, ask, at=at)


def _suppressed(facts: Facts, ask: Ask) -> Decision | None:
    reason = facts.suppressions.get("all")
    if reason is None and ask.stream == Stream.MARKETING:
        reason = facts.suppressions.get("marketing")
    return Decision(False, f"suppressed_{reason}") if reason else None


def _stopped(facts: Facts, ask: Ask) -> Decision | None:
    """A channel beside e-mail can be refused, whatever the stream: as a whole, by STOP for example, or for a kind."""
    if ask.channel in facts.suppressions:
        return Decision(False, "suppressed_number")
    if facts.choices.get(("", "", ask.channel)) == "never":
        return Decision(False, "channel_off")
    wishes = ((code, facts.choices.get(key)) for code, key in _wishes_about(ask) if key[2])
    code, wish = next((one for one in wishes if one[1]), ("", None))
    return Decision(False, code) if wish == "never" else None


def _judge_news(facts: Facts, ask: Ask, *, at: datetime) -> Decision:
    """Mail that a person may refuse: pause, wishes, consent, and whether it is read at all."""
    if facts.is_unconfirmed:
        return Decision(False, "unconfirmed")
    if facts.paused_until is not None and facts.paused_until > at:
        return Decision(False, "paused")
    code, wish = _most_specific_wish(facts, ask) if facts.choices else ("", None)
    if wish == "never":
        return Decision(False, code)
    if wish is None and not ask.is_topic_default_on:
        return Decision(False, "topic_not_asked_for")
    if not ask.is_channel_default_on and not _asked_for_channel(facts, ask):
        return _NO_CHANNEL
    if ask.stream == Stream.MARKETING and facts.engaged_since and (reason := judge_sunset(facts.engaged_since, at=at)):
        return Decision(False, reason)
    return ALLOWED if wish is None or wish == ALLOWED.frequency else Decision(True, "allowed", wish)


def _most_specific_wish(facts: Facts, ask: Ask) -> tuple[str, str | None]:
    """The code of a refusal and the frequency wished, from the most specific choice there is."""
    for code, key in _wishes_about(ask):
        if wish := facts.choices.get(key):
            return code, wish
    return "", None


def _asked_for_channel(facts: Facts, ask: Ask) -> bool:
    """Whether the person wants this, or anything, by this channel in particular; the most specific wish counts."""
    wishes = (facts.choices.get(key) for code, key in _wishes_about(ask) if key[2])
    return next((wish for wish in wishes if wish), "never") != "never"


@lru_cache(maxsize=2000)
def _wishes_about(ask: Ask) -> tuple[tuple[str, tuple[str, str, str]], ...]:
    """The choices that speak of this mail, most specific first, with the code of their refusal."""
    of_type = (("type_channel_off", ask.channel), ("type_off", "")) if ask.type_key else ()
    of_topic = (("topic_channel_off", ask.channel), ("topic_off", "")) if ask.topic_key else ()
    return (
        *((code, (ask.type_key, "", channel)) for code, channel in of_type),
        *((code, ("", ask.topic_key, channel)) for code, channel in of_topic),
        ("channel_off", ("", "", ask.channel)),
        ("everything_off", ("", "", "")),
    )


_NO_CHANNEL = Decision(False, "channel_not_asked_for")
