"""What can be asked about a person? One class a question: what is compared, its SQL, its words, its evidence."""

from typing import Annotated

from pydantic import Field

from campaigns.segments.conditions.attributes import (
    DateAttribute,
    FlagAttribute,
    ListAttribute,
    NumberAttribute,
    PlaceAttribute,
    TextAttribute,
)
from campaigns.segments.conditions.base import Condition
from campaigns.segments.conditions.engagement import Engagement, Score
from campaigns.segments.conditions.events import EventCount, EventSum
from campaigns.segments.conditions.mailings import Mailing
from campaigns.segments.conditions.mails import MailCount
from campaigns.segments.conditions.membership import InSegment, OnList
from campaigns.segments.conditions.person import ContactFlag, ContactMoment, ContactText
from campaigns.segments.conditions.standing import Consented, Subscribed, Suppressed

AnyCondition = Annotated[
    TextAttribute
    | NumberAttribute
    | DateAttribute
    | FlagAttribute
    | ListAttribute
    | PlaceAttribute
    | ContactText
    | ContactMoment
    | ContactFlag
    | EventCount
    | EventSum
    | MailCount
    | Mailing
    | Engagement
    | Score
    | Subscribed
    | Consented
    | Suppressed
    | OnList
    | InSegment,
    Field(discriminator="type"),
]

__all__ = ["AnyCondition", "Condition"]
