"""Which rows answer "what happened?"."""

from tracking.models.conversion import Conversion
from tracking.models.event import Event, EventClaim
from tracking.models.figure import Figure, FigureCohort, FigureMark
from tracking.models.link import Link
from tracking.models.message import Message
from tracking.models.message_event import MessageEvent
from tracking.models.receipt import WebhookReceipt

__all__ = [
    "Conversion",
    "Event",
    "EventClaim",
    "Figure",
    "FigureCohort",
    "FigureMark",
    "Link",
    "Message",
    "MessageEvent",
    "WebhookReceipt",
]
