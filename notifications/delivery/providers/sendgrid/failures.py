"""What do SendGrid's answers mean?

https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses
"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

FAILURES: FailureTable = {
    400: Kind.PERMANENT_MESSAGE,  # "Bad Request"
    401: Kind.CREDENTIALS_REFUSED,  # "Unauthorized": the API key
    403: Kind.PROVIDER_WIDE,  # "Forbidden": sender identity not verified, or no scope
    413: Kind.PERMANENT_MESSAGE,  # "Payload Too Large"
    429: Kind.TRANSIENT,  # "Too Many Requests"
}
