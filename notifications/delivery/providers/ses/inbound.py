"""How does mail come in through Amazon SES? By a receipt rule with the action SNS, in a topic of its own.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-sns.html

The action S3 is refused: the mail would have to be fetched while Amazon waits for an answer.
"""

from __future__ import annotations

import json
from typing import Any

from anymail.webhooks.amazon_ses import AmazonSESInboundWebhookView
from django.http import HttpRequest

from notifications.delivery.inbound import Letter
from notifications.delivery.models import Provider
from notifications.delivery.providers.inbound import login_of, read_letters
from notifications.delivery.providers.ses.subscription import confirm


class _View(AmazonSESInboundWebhookView):  # type: ignore[misc] # Anymail is not typed
    """Anymail's, without the fetching."""

    def fetch_s3_chunks(self, bucket_name: str, object_key: str) -> Any:
        """See Anymail."""
        raise ValueError("the receipt rule stores mail in S3; let it publish to SNS")


def read_inbound(provider: Provider, request: HttpRequest) -> list[Letter]:
    """Guarded by HTTP basic auth ("user:password"); the subscription confirms itself."""
    view = _View(webhook_secret=login_of(provider), auto_confirm_sns_subscriptions=False)
    letters = read_letters(view, request)
    message: dict[str, Any] = json.loads(request.body)
    if message["Type"] == "SubscriptionConfirmation":
        confirm(message["SubscribeURL"], is_simulated=provider.is_simulated)
    return letters
