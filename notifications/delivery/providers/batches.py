"""How do many people share one call? With marks that the provider fills in, or with each one's finished mail."""

from __future__ import annotations

from abc import abstractmethod

from notifications.compose.render import TOKEN, Document, Slot
from notifications.delivery.mail import Member, Parcel
from notifications.delivery.providers.api import ApiKind, Envelope


class MergingKind(ApiKind):
    """A provider that takes content once, with marks in it, and each recipient's values beside it."""

    @abstractmethod
    def key_pattern(self, nonce: str) -> str:
        """The name of a value, with one %s for its number. The nonce is of the call: no text can hold it by chance."""

    def mark_pattern(self, nonce: str) -> str:
        """How that name stands in the content; the name itself where nothing surrounds it."""
        return self.key_pattern(nonce)

    def build_batch(self, parcel: Parcel) -> Envelope:
        """Marked content, and the values of each recipient."""
        nonce = parcel.call_id.hex[-12:]
        mark, key = self.mark_pattern(nonce), self.key_pattern(nonce)
        version = parcel.version
        subject, text, html = (_marked(document, mark) for document in (version.subject, version.text, version.html))
        message = self.blank(parcel, subject=subject, text=text, html=html)
        message.merge_data = {
            member.address: {key % number: value for number, value in _values(member).items()}
            for member in parcel.members
        }
        _set_own_headers(message, parcel)
        return message


class FinishedKind(ApiKind):
    """A provider that takes a list of finished mails in one call."""

    def build_batch(self, parcel: Parcel) -> Envelope:
        """One message whose content the backend fills in for each recipient."""
        message = self.blank(parcel, subject="", text="", html="<p></p>")
        message.bodies = {
            member.address: (parcel.subject(member), parcel.text(member), parcel.html(member))
            for member in parcel.members
        }
        _set_own_headers(message, parcel)
        return message


def statics(parcel: Parcel) -> str:
    """All static text of a parcel's documents."""
    documents = (parcel.version.subject, parcel.version.html, parcel.version.text)
    return "".join(part for document in documents for part in document if isinstance(part, str))


def _marked(document: Document, mark: str) -> str:
    return "".join(part if isinstance(part, str) else mark % _number(part) for part in document)


def _values(member: Member) -> dict[str, str]:
    return {"t": member.token, **{str(index): value for index, value in enumerate(member.values.regions)}}


def _number(slot: Slot) -> str:
    return "t" if slot == TOKEN else str(slot.index)


def _set_own_headers(message: Envelope, parcel: Parcel) -> None:
    message.merge_headers = {member.address: parcel.own_headers(member) for member in parcel.members}
    message.merge_metadata = {member.address: {"message_id": str(member.message_id)} for member in parcel.members}
