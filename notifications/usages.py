"""Which types send a template, and so in which streams does it travel?"""

from __future__ import annotations

from config.queues import STREAMS, Stream
from notifications.catalog import NotificationType, all_types


def types_using(template_key: str) -> list[type[NotificationType]]:
    """The types that send a template; those that use it for single events go before those that do for digests."""
    using = [one for one in all_types() if template_key in (one.template, one.digest_template)]
    return sorted(using, key=lambda one: one.template != template_key)


def type_using(template_key: str, type_key: str = "") -> type[NotificationType] | None:
    """The type of this key that sends a template; the first of those that do where none has it."""
    using = types_using(template_key)
    return next((one for one in using if one.key == type_key), using[0] if using else None)


def streams_of(template_key: str) -> list[Stream]:
    """The streams of its types, that of the first one first; all of them, marketing first, where no type uses it."""
    using = types_using(template_key)
    streams = [one.stream for one in using] if using else [Stream.MARKETING, *reversed(STREAMS)]
    return [Stream(stream) for stream in dict.fromkeys(map(str, streams))]
