"""Which kinds of mail exist? Notification types, declared as classes in any app's `notifications.py`."""

from pydantic import SecretStr

from config.queues import Stream
from notifications.catalog.registry import all_types, find_type, secret_paths, types_for_event
from notifications.catalog.types import Batching, BeyondCap, NotificationType, OnUnknown, Throttle

__all__ = [
    "Batching",
    "BeyondCap",
    "NotificationType",
    "OnUnknown",
    "SecretStr",
    "Stream",
    "Throttle",
    "all_types",
    "find_type",
    "secret_paths",
    "types_for_event",
]
