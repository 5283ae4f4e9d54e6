"""What does a SparkPost transmission hold beyond what Anymail puts into it, and how is its answer read?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests
from anymail.backends.sparkpost import EmailBackend, SparkPostPayload
from anymail.message import AnymailRecipientStatus
from anymail.utils import EmailAddress

from notifications.delivery.providers.api import Envelope
from notifications.delivery.providers.recipients import ReadyPayload
from notifications.delivery.providers.sparkpost.braces import protect


class KeyedPayload(ReadyPayload, SparkPostPayload):  # type: ignore[misc] # Anymail is not typed
    """Adds the Idempotency-Key header, and keeps sender and headers from being read as template language."""

    def get_request_params(self, api_url: str) -> dict[str, Any]:
        """See https://developers.sparkpost.com/api/transmissions/, "Idempotent Requests"."""
        params: dict[str, Any] = super().get_request_params(api_url)
        params["headers"]["Idempotency-Key"] = self.message.call_id
        return params

    def set_from_email(self, email: EmailAddress) -> None:
        super().set_from_email(email)
        self.data["content"]["from"] = protect(self.data["content"]["from"])

    def set_extra_headers(self, headers: dict[str, str]) -> None:
        """Headers pass through the template engine even where it is switched off for the bodies.

        They are sorted: a stored call forgets their order, and a repeat under the same key must be the same payload.
        """
        super().set_extra_headers({name: protect(value) for name, value in sorted(headers.items())})


class Backend(EmailBackend):  # type: ignore[misc] # Anymail is not typed
    """Anymail's backend with keyed payloads, which also finds out who of a batch was rejected."""

    def build_message_payload(self, message: Envelope, defaults: Any) -> KeyedPayload:
        """See Anymail."""
        return KeyedPayload(message, defaults, self)

    def parse_recipient_status(
        self, response: requests.Response, payload: KeyedPayload, message: Envelope
    ) -> dict[str, AnymailRecipientStatus]:
        """As Anymail reads it; where some were rejected and some not, by the addresses that the errors name."""
        statuses: dict[str, AnymailRecipientStatus] = super().parse_recipient_status(response, payload, message)
        if all(one.status != "unknown" for one in statuses.values()):
            return statuses
        results = response.json()["results"]
        rejected = _named(results.get("rcpt_to_errors"), statuses)
        counts = results["total_accepted_recipients"], results["total_rejected_recipients"]
        if counts != (len(statuses) - len(rejected), len(rejected)):
            return statuses  # the numbers contradict the names: nobody can be said to be accepted
        return {
            address: AnymailRecipientStatus(
                message_id=one.message_id, status="rejected" if address in rejected else "queued"
            )
            for address, one in statuses.items()
        }


def _named(errors: Any, addresses: Iterable[str]) -> set[str]:
    """The addresses that errors such as "invalid recipient address.email: ada@example.com" are about."""
    texts = [f"{error.get('message')} {error.get('description')}" for error in errors or () if isinstance(error, dict)]
    words = {word.strip("'\"<>.,;") for text in texts for word in text.split()}
    return {address for address in addresses if address in words}
