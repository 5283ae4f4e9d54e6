"""What does a call to Brevo hold beyond what Anymail puts into it?"""

from __future__ import annotations

from typing import Any, cast

from anymail.backends.brevo import BrevoPayload, EmailBackend

from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.recipients import ReadyPayload


class KeyedPayload(ReadyPayload, BrevoPayload):  # type: ignore[misc] # Anymail is not typed
    """Adds the idempotency key and, in batches, each recipient's own subject."""

    def serialize_data(self) -> str:
        """The key stands among the mail's headers.

        https://developers.brevo.com/docs/heterogenous-versions-batch-emails
        """
        self.data["headers"]["idempotencyKey"] = self.message.call_id
        text: str = super().serialize_data()
        subjects = getattr(self.message, "subjects", None)
        if subjects is None:
            return text
        for version in self.data["messageVersions"]:
            version["subject"] = subjects[version["to"][0]["email"]]
        return cast(str, self.serialize_json(self.data))


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend with keyed payloads, which does not believe an answer whose numbers contradict the call."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> KeyedPayload:
        """See Anymail."""
        return KeyedPayload(message, defaults, self)

    def parse_recipient_status(self, response: Any, payload: KeyedPayload, message: Envelope) -> dict[str, Any]:
        """Anymail reads ids by order; with fewer or more of them than recipients nobody can be said to be accepted."""
        answer = self.deserialize_json_response(response, payload, message)
        if len(payload.to_recipients) > 1 and not _has_ids(answer, len(payload.to_recipients)):
            return {}
        statuses: dict[str, Any] = super().parse_recipient_status(response, payload, message)
        return {address: status for address, status in statuses.items() if isinstance(status.message_id, str)}


def _has_ids(answer: Any, count: int) -> bool:
    ids = answer.get("messageIds") if isinstance(answer, dict) else None
    return isinstance(ids, list) and len(ids) == count
