"""Which types send a template, and so in which streams does it travel?"""

from __future__ import annotations

from config.queues import STREAMS, Stream
from notifications.catalog import NotificationType, all_types


def type_using(template_key: str) -> type[NotificationType] | None:
    """The type that sends a template; one that uses it for single events goes before one that uses it for digests."""
    using = [one for one in all_types() if template_key in (one.template, one.digest_template)]
    return next((one for one in using if one.template == template_key), using[0] if using else None)


def streams_of(template_key: str) -> list[Stream]:
    """The streams of its types, that of the first one first; all of them, marketing first, where no type uses it."""
    using = [one for one in all_types() if template_key in (one.template, one.digest_template)]
    first = type_using(template_key)
    streams = [first.stream, *(one.stream for one in using)] if first else [Stream.MARKETING, *reversed(STREAMS)]
    return [Stream(stream) for stream in dict.fromkeys(map(str, streams))]
