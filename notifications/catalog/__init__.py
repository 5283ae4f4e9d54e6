"""Which kinds of mail exist? Notification types, declared as classes in any app's `notifications.py`."""

from pydantic import SecretStr

from config.queues import Stream
from notifications.catalog.events import declare_event
from notifications.catalog.registry import all_types, find_type, secret_paths, types_for_event
from notifications.catalog.types import Batching, BeyondCap, NotificationType, OnUnknown, Throttle
from tracking.worth import EventValue

__all__ = [
    "Batching",
    "BeyondCap",
    "EventValue",
    "NotificationType",
    "OnUnknown",
    "SecretStr",
    "Stream",
    "Throttle",
    "all_types",
    "declare_event",
    "find_type",
    "secret_paths",
    "types_for_event",
]
