"""What does a call to Mailjet hold beyond what Anymail puts into it, and how is its answer read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests
from anymail.backends.mailjet import EmailBackend, MailjetPayload
from anymail.exceptions import AnymailRequestsAPIError
from anymail.message import AnymailRecipientStatus

from notifications.delivery.failures import Kind, redact
from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.mailjet.failures import judge_item
from notifications.delivery.providers.recipients import ReadyPayload

# Mailjet refuses a message with one of these (send-0011); it sets a Message-ID of its own.
_FORBIDDEN = frozenset({"list-id", "message-id"})


class OwnPayload(ReadyPayload, MailjetPayload):  # type: ignore[misc] # Anymail is not typed
    """Gives every message all its headers, our id to be found by, and its own subject and content where it has one."""

    def serialize_data(self) -> str:
        """Anymail keeps shared headers apart, and whether a message's own replace them is not documented."""
        shared = self.data["Globals"].pop("Headers", {})
        for item in self.data["Messages"]:
            item["Headers"] = _allowed({**shared, **item.get("Headers", {})})
            self._complete(item, item["To"][0]["Email"])
        self._settle_content()
        text: str = super().serialize_data()
        return text

    def _complete(self, item: dict[str, Any], address: str) -> None:
        metadata = getattr(self.message, "merge_metadata", {}).get(address) or self.metadata or {}
        if "message_id" in metadata:
            item["CustomID"] = metadata["message_id"]
        if hasattr(self.message, "bodies"):
            item["Subject"], item["TextPart"], item["HTMLPart"] = self.message.bodies[address]
        elif hasattr(self.message, "subjects"):
            item["Subject"] = self.message.subjects[address]

    def _settle_content(self) -> None:
        """Values are filled in on request only; finished mails are none of the template language's business."""
        if hasattr(self.message, "bodies"):
            for name in ("Subject", "TextPart", "HTMLPart"):
                self.data["Globals"].pop(name, None)
        elif hasattr(self.message, "subjects"):
            self.data["Globals"]["TemplateLanguage"] = True


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend, with a status for every message: one refused does not hide that others were accepted."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> OwnPayload:
        """See Anymail."""
        return OwnPayload(message, defaults, self)

    def parse_recipient_status(
        self, response: requests.Response, payload: OwnPayload, message: Envelope
    ) -> dict[str, AnymailRecipientStatus]:
        """Raises AnymailRequestsAPIError for an error of the whole call, and for an answer that is none."""
        answer = self.deserialize_json_response(response, payload, message)
        addresses = [item["To"][0]["Email"] for item in payload.data["Messages"]]
        try:
            return _read_results(answer["Messages"], addresses)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise AnymailRequestsAPIError(
                "Mailjet's answer is not understood", email_message=message, payload=payload, response=response,
                backend=self,
            ) from error  # fmt: skip


def _read_results(results: Sequence[Mapping[str, Any]], addresses: Sequence[str]) -> dict[str, AnymailRecipientStatus]:
    """By order, which "is preserved from the user input"; by address alone where the numbers contradict that."""
    if len(results) == len(addresses):
        pairs = zip(addresses, results, strict=True)
        return {address: _status(result) for address, result in pairs if _names(result) in ("", address)}
    known = {_names(result): result for result in results}
    return {address: _status(known[address]) for address in addresses if address in known}


def _allowed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _FORBIDDEN}


def _names(result: Mapping[str, Any]) -> str:
    """Whose message a result is about; errors do not say."""
    people = result.get("To") or [{}]
    return str(people[0].get("Email", ""))


def _status(result: Mapping[str, Any]) -> AnymailRecipientStatus:
    if result["Status"] == "success":
        return AnymailRecipientStatus(message_id=str(result["To"][0]["MessageID"]), status="sent")
    status = AnymailRecipientStatus(message_id=None, status="failed")
    errors = result.get("Errors") or [{}]
    error = errors[0]
    status.code = str(error.get("ErrorCode", ""))
    status.answer = redact(str(error.get("ErrorMessage", "")))
    code = error.get("StatusCode")
    status.kind = judge_item(status.code, code) if isinstance(code, int) else Kind.AMBIGUOUS
    return status
