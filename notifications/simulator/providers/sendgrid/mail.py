"""What mail does each recipient of a SendGrid call see?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from notifications.simulator.addresses import join_address
from notifications.simulator.shapes import Mail
from notifications.simulator.wording import clean, texts


class SendGridBatch:
    """One `mail/send` call: each personalization is one mail, to all its recipients."""

    def __init__(self, call: Mapping[str, Any]) -> None:
        self.call = call
        self._places = [
            (personalization, person["email"])
            for personalization in call["personalizations"]
            for field in ("to", "cc", "bcc")
            for person in personalization.get(field, ())
        ]

    @cached_property
    def recipients(self) -> Sequence[str]:
        return [address for _, address in self._places]

    @property
    def subject(self) -> str:
        return clean(self.call.get("subject", ""))

    def identity(self, position: int) -> str:
        personalization, _ = self._places[position]
        arguments = {**self.call.get("custom_args", {}), **personalization.get("custom_args", {})}
        named = arguments.get("message_id")
        if named is None:
            headers = {**self.call.get("headers", {}), **personalization.get("headers", {})}
            named = next((v for k, v in headers.items() if k.lower() == "message-id"), "")
        return clean(_replace(str(named), personalization))

    def mail(self, position: int, provider_id: str, *, is_whole: bool = True) -> Mail:
        personalization, address = self._places[position]
        call = self.call
        subject = _replace(personalization.get("subject") or call.get("subject", ""), personalization)
        arguments = {**call.get("custom_args", {}), **personalization.get("custom_args", {})}
        return Mail(
            recipient=address,
            subject=subject,
            html=_replace(_content(call, "text/html"), personalization) if is_whole else "",
            text=_replace(_content(call, "text/plain"), personalization) if is_whole else "",
            amp=_replace(_content(call, "text/x-amp-html"), personalization) if is_whole else "",
            headers=tuple(self._headers(personalization, subject, provider_id)),
            metadata={k: _replace(v, personalization) for k, v in texts(arguments).items()},
            tags=tuple(str(tag) for tag in call.get("categories", ())),
            attachments=tuple(a.get("filename", "") for a in call.get("attachments", ())),
        )

    def _headers(self, personalization: Mapping[str, Any], subject: str, provider_id: str) -> Iterator[tuple[str, str]]:
        call = self.call
        yield "From", _person(personalization.get("from") or call["from"])
        yield "To", _people(personalization["to"])
        if personalization.get("cc"):
            yield "Cc", _people(personalization["cc"])
        yield "Subject", subject
        reply_to = call.get("reply_to_list") or [call[k] for k in ("reply_to",) if k in call]
        if reply_to:
            yield "Reply-To", _replace(_people(reply_to), personalization)
        # Tags are not replaced in header values.
        own = _merge_headers(call.get("headers", {}), personalization.get("headers", {}))
        yield from own.items()
        if not any(name.lower() == "message-id" for name in own):
            yield "Message-ID", f"<{provider_id}@geopod-ismtpd-1>"


def _merge_headers(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, str]:
    """A personalization's header wins over the call's of the same name, in any case."""
    taken = {name.lower() for name in own}
    kept = {name: value for name, value in shared.items() if name.lower() not in taken}
    return texts({**kept, **own})


def _replace(text: Any, personalization: Mapping[str, Any]) -> str:
    """Each substitution tag replaced as a plain string, one tag after the other.

    Tags work in subject, content, unique arguments and reply-to, nowhere else:
    https://www.twilio.com/docs/sendgrid/for-developers/sending-email/substitution-tags
    The order is not documented; going one by one also shows up values that hold a
    later tag.
    """
    found = clean(text)
    for tag, value in (personalization.get("substitutions") or {}).items():
        if tag in found:
            found = found.replace(tag, clean("" if value is None else value))
    return found


def _content(call: Mapping[str, Any], kind: str) -> str:
    parts = call.get("content") or ()
    return next((part["value"] for part in parts if part["type"] == kind), "")


def _person(person: Mapping[str, Any]) -> str:
    return join_address(clean(person.get("name") or ""), person["email"])


def _people(people: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(_person(person) for person in people)
