"""By which ways can a message reach a person, and what differs between them?

E-mail and text messages are built in; a plug-in registers its own in its `notifications.py`, where the types that
name it stand: see docs/adding-a-channel.md. What carries a channel's messages to the world are the provider kinds that
name it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Protocol

from preferences.models import Contact
from preferences.numbers import digest_number, suppress_number

EMAIL, SMS = "email", "sms"


class Reachable(Protocol):
    """What is known of a person when a message is decided on (`Facts`) or rendered (`Person`)."""

    @property
    def contact_id(self) -> int: ...

    @property
    def address(self) -> str | None: ...

    @property
    def phone(self) -> str: ...


class Channel(ABC):
    """One way to reach people. Subclasses are stateless."""

    #: Names it for ever in logs, preferences and declarations: at most 16 lower-case letters.
    key: ClassVar[str]
    #: In words for people.
    label: ClassVar[str]
    #: What it carries of a template's version: (document as compiled, what it becomes: subject, html, text or amp).
    documents: ClassVar[tuple[tuple[str, str], ...]]
    #: Whether messages are mails: with a From domain, headers, a one-click unsubscribe, counted links and opens.
    is_mail: ClassVar[bool] = False

    @abstractmethod
    def find_addresses(self, people: Iterable[Reachable]) -> dict[int, str]:
        """Where each of these people is reached, by contact id; those who cannot be reached are missing.

        Asked for a batch when it is rendered, and again under the contacts' locks just before it is sent: at most one
        query, and none where the answer is in `people`.
        """

    def forget(self, address: str, *, contact_id: int, detail: str) -> None:  # noqa: B027 - most have nothing to do
        """A provider says that the address is dead: send nothing there any more. `detail` is the evidence.

        Not asked for mail, where the suppression list does this.
        """


class Email(Channel):
    """Mail."""

    key, label = EMAIL, "E-mail"
    documents = (("subject", "subject"), ("html", "html"), ("text", "text"), ("amp", "amp"))
    is_mail = True

    def find_addresses(self, people: Iterable[Reachable]) -> dict[int, str]:
        """The normalised addresses."""
        return {one.contact_id: one.address for one in people if one.address}


class TextMessage(Channel):
    """Text messages to a phone."""

    key, label = SMS, "Text message"
    documents = (("sms", "text"),)

    def find_addresses(self, people: Iterable[Reachable]) -> dict[int, str]:
        """The numbers in E.164 (`preferences.phones`)."""
        return {one.contact_id: one.phone for one in people if one.phone}

    def forget(self, address: str, *, contact_id: int, detail: str) -> None:
        """The number goes onto the suppression list, for text messages alone."""
        contact = Contact.objects.filter(pk=contact_id).first()
        if contact is not None:
            suppress_number(digest_number(address), contact=contact, detail=detail)


class UnknownChannel(LookupError):
    """No channel with this key is registered."""


_channels: dict[str, Channel] = {one.key: one for one in (Email(), TextMessage())}


def register_channel(channel: Channel) -> None:
    """Add a channel, or replace the one with its key."""
    _channels[channel.key] = channel


def forget_channel(key: str) -> None:
    """Undo `register_channel`: for tests."""
    _channels.pop(key, None)


def channel_keys() -> tuple[str, ...]:
    """Every channel's key, the built-in ones first."""
    return tuple(_channels)


def channel_of(key: str) -> Channel:
    """The channel with this key. Raises UnknownChannel."""
    try:
        return _channels[key]
    except KeyError:
        raise UnknownChannel(f"There is no channel {key!r}; there are {', '.join(_channels)}.") from None


def address_of(channel: str, person: Reachable) -> str:
    """Where one person is reached by a channel; "" where they cannot be."""
    return channel_of(channel).find_addresses([person]).get(person.contact_id, "")
