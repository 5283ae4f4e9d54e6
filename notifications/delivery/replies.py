"""What did a person answer, and what follows from it? STOP and START, by whatever channel they were said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from preferences.choices import choose, reopen_channel
from preferences.models import Choice, Contact

#: What carriers and Twilio take for an opt-out or an opt-in, alone in a message and whatever its case.
#: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (default keywords)
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop", "yes"})


class Wish(StrEnum):
    """What an answer asks for."""

    STOP = "stop"
    START = "start"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message from a person: the channel it came by, their number there (normalised), and what they wrote."""

    channel: str
    number: str
    text: str

    @property
    def wish(self) -> Wish:
        """STOP or START, where that is all they wrote."""
        word = self.text.strip().strip(".!\"'").casefold()
        return Wish.STOP if word in STOP_WORDS else Wish.START if word in START_WORDS else Wish.NONE


@transaction.atomic
def follow_reply(reply: Reply) -> int:
    """Do as the person asks, for everybody who is reached by that number; return for how many.

    STOP turns the channel off as a whole; START takes that back, and asks for nothing that was not asked for before.
    E-mail stays as it is. Said again, nothing changes.
    """
    if reply.wish is Wish.NONE or not reply.number:
        return 0
    people = list(Contact.objects.filter(phone=reply.number, erased_at=None).order_by("pk"))
    for person in people:
        if reply.wish is Wish.STOP:
            choose(person, Choice.Frequency.NEVER, channel=reply.channel, source="text message: STOP")
        else:
            reopen_channel(person, reply.channel)
    return len(people)
