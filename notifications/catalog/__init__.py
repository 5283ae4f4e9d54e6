"""Which kinds of mail exist? Notification types, declared as classes in any app's `notifications.py`."""

from pydantic import SecretStr

from config.queues import Stream
from notifications.catalog.registry import all_types, find_type, secret_paths, types_for_event
from notifications.catalog.types import NotificationType, OnUnknown

__all__ = [
    "NotificationType",
    "OnUnknown",
    "SecretStr",
    "Stream",
    "all_types",
    "find_type",
    "secret_paths",
    "types_for_event",
]
