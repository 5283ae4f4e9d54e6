"""Which rows answer "what happened?"."""

from tracking.models.event import Event, EventClaim
from tracking.models.link import Link
from tracking.models.message import Message
from tracking.models.message_event import MessageEvent
from tracking.models.receipt import WebhookReceipt

__all__ = ["Event", "EventClaim", "Link", "Message", "MessageEvent", "WebhookReceipt"]
