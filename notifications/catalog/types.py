"""How is a kind of mail declared?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel

from notifications.catalog.channels import EMAIL
from tracking.worth import EventValue

OnUnknown = Literal["give_up", "resend"]
BeyondCap = Literal["drop", "defer", "digest"]

#: Every declared class, in order of declaration; `catalog.registry` reads it.
declared: list[type[NotificationType]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """Events of one contact within a window become one mail, with `items` and `total` in its template.

    The window opens with the first event and closes `wait` after it, or when it slides, `wait` after the last one but
    at most `max_wait` after the first. With `is_leading` the first event is sent at once, and only those that follow
    within `wait` are gathered. `group_by` is the path of a payload value: each value has a mail of its own.
    """

    wait: timedelta
    max_wait: timedelta | None = None
    is_leading: bool = False
    group_by: str = ""

    @property
    def is_sliding(self) -> bool:
        """Whether a later event moves the end."""
        return self.max_wait is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """At most so many mails of a type to a contact within a time; what comes beyond it is not sent."""

    most: int
    within: timedelta


class NotificationType:
    """A kind of mail that an event may cause. Subclass it in an installed app's `notifications.py`:

        class OrderConfirmation(NotificationType):
            key = "order-confirmation"
            stream = Stream.TRANSACTIONAL
            event = "order.placed"
            payload = OrderPlaced              # a pydantic model; SecretStr fields are secret
            template = "order-confirmation"    # templates/emails/order-confirmation.mjml

    Faults in a declaration are system checks, not exceptions.
    """

    #: Names the type for ever in logs, preferences and URLs: a slug.
    key: ClassVar[str]
    #: In plain words, for people; derived from the key when empty.
    name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    #: The lane it travels in.
    stream: ClassVar[str]
    #: Key of the topic that people turn on and off; marketing needs one.
    topic: ClassVar[str] = ""
    #: Name of the event that causes it.
    event: ClassVar[str]
    #: Schema of that event's payload. It belongs to the event: types of one event declare the same.
    payload: ClassVar[type[BaseModel]]
    #: Key of the template.
    template: ClassVar[str]
    #: Events without a key that agree in `dedupe_fields` (None: all fields) within this window are one event.
    dedupe_window: ClassVar[timedelta | None] = None
    dedupe_fields: ClassVar[tuple[str, ...] | None] = None
    #: Such events are conversions, put down to the mail that led to them. It belongs to the event.
    value: ClassVar[EventValue | None] = None
    #: Not sent any more after this time; stale codes and resets must not arrive.
    expires_after: ClassVar[timedelta | None] = None
    #: Waits this long before it is sent.
    delay: ClassVar[timedelta] = timedelta()
    #: Names of events of the same contact that withdraw a waiting mail ("order.placed" ends an abandoned cart).
    cancelled_by: ClassVar[tuple[str, ...]] = ()
    #: Path of a payload value ("order.number"): a contact's mails that share it leave one after the other.
    ordered_by: ClassVar[str] = ""
    #: Within the stream: smaller goes first.
    priority: ClassVar[int] = 50
    #: What to do when no evidence says whether the provider has it.
    on_unknown: ClassVar[OnUnknown] = "give_up"
    #: People cannot turn it off (the law or their safety demands it); `legal_basis` says why, in words for them.
    is_required: ClassVar[bool] = False
    legal_basis: ClassVar[str] = ""
    #: Ways that it can reach a person; the first one is on by default, the others for those who ask for them. For
    #: "sms" the template needs an `sms` text.
    channels: ClassVar[tuple[str, ...]] = (EMAIL,)
    #: Payload fields that are the same for everybody; shown also in the version of the mail that may be passed on.
    shared_fields: ClassVar[tuple[str, ...]] = ()
    #: Events within a window become one mail. Needs `digest_template`.
    batching: ClassVar[Batching | None] = None
    #: Key of the template for several events at once (`items`, `total`). With it, people may choose daily or weekly.
    digest_template: ClassVar[str] = ""
    #: At most so many to one contact within a time.
    throttle: ClassVar[Throttle | None] = None
    #: Beyond a frequency cap: drop it, defer it until there is room, or let it join the next daily digest.
    beyond_cap: ClassVar[BeyondCap] = "defer"
    #: Links and opens are counted; never in the critical stream.
    is_tracked: ClassVar[bool] = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        declared.append(cls)

    @classmethod
    def title(cls) -> str:
        """The name for screens."""
        return cls.name or cls.key.replace("-", " ").replace("_", " ").capitalize()
