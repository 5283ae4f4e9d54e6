"""How do the webhooks of Amazon SES come in? Through Amazon SNS, which wraps each event into a message of its own.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
"""

from __future__ import annotations

import json
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from django.http import HttpRequest

from notifications.delivery.models import Provider
from notifications.delivery.providers.ses.subscription import confirm
from notifications.delivery.providers.webhooks import never_machine, read_events
from tracking.receipts import Report


class View(AmazonSESTrackingWebhookView):  # type: ignore[misc] # Anymail is not typed
    """Anymail's view, which does not know delays."""

    def esp_to_anymail_events(
        self, ses_event: dict[str, Any], sns_message: dict[str, Any]
    ) -> list[AnymailTrackingEvent]:
        """See Anymail."""
        events: list[AnymailTrackingEvent] = super().esp_to_anymail_events(ses_event, sns_message)
        if ses_event.get("eventType") == "DeliveryDelay":
            delayed = ses_event["deliveryDelay"]["delayedRecipients"]
            answers = {one["emailAddress"]: one.get("diagnosticCode") for one in delayed}
            for event in events:
                event.event_type, event.description = EventType.DEFERRED, None
                event.mta_response = answers.get(event.recipient)
        return events


def read_webhook(provider: Provider, request: HttpRequest) -> list[Report]:
    """Guarded by HTTP basic auth ("user:password"), and by the topic where the account names one.

    SNS signs its messages, but with a certificate that would have to be fetched from an address in the message.
    """
    secret = provider.read_credentials().get("webhook_secret")
    if not secret:
        raise AnymailWebhookValidationFailure("The account has no webhook secret.")
    view = View(webhook_secret=[secret], auto_confirm_sns_subscriptions=False)
    try:
        reports = read_events(view, request, provider, says_hard=_says_hard, says_machine=never_machine)
    except AnymailWebhookValidationFailure:
        raise
    except (AnymailError, AnymailConfigurationError) as error:  # of mail that came in, or of nothing known
        raise ValueError("not an SNS message about SES") from error
    message: dict[str, Any] = json.loads(request.body)
    _check_topic(provider, message)
    if message["Type"] == "SubscriptionConfirmation":
        confirm(message["SubscribeURL"], is_simulated=provider.is_simulated)
    return reports


def _check_topic(provider: Provider, message: dict[str, Any]) -> None:
    wanted = provider.options.get("topic_arn")
    if wanted and message.get("TopicArn") != wanted:
        raise AnymailWebhookValidationFailure("The message is of another topic.")


def _says_hard(raw: dict[str, Any]) -> bool:
    # Transient and Undetermined are "bounced" for Anymail, too.
    # https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
    return bool(raw.get("bounce", {}).get("bounceType") == "Permanent")
