"""How is a kind of mail declared?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel

OnUnknown = Literal["give_up", "resend"]

#: Every declared class, in order of declaration; `catalog.registry` reads it.
declared: list[type[NotificationType]] = []


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
    #: People cannot turn it off (the law or their safety demands it).
    is_required: ClassVar[bool] = False
    #: Links and opens are counted; never in the critical stream.
    is_tracked: ClassVar[bool] = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        declared.append(cls)

    @classmethod
    def title(cls) -> str:
        """The name for screens."""
        return cls.name or cls.key.replace("-", " ").replace("_", " ").capitalize()
