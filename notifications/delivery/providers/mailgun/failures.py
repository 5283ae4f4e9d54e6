"""What do Mailgun's answers mean?

https://documentation.mailgun.com/docs/mailgun/api-reference/mg-api-errors
"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

FAILURES: FailureTable = {
    400: Kind.PERMANENT_MESSAGE,  # "Bad Request - Often missing a required parameter"
    401: Kind.CREDENTIALS_REFUSED,  # "Unauthorized - No valid API key provided"
    402: Kind.PROVIDER_WIDE,  # "Request Failed": the account may not send
    403: Kind.PROVIDER_WIDE,  # domain disabled or not verified
    404: Kind.PROVIDER_WIDE,  # the sending domain is not known to the account
    413: Kind.PERMANENT_MESSAGE,  # "Request Entity Too Large - Attachment size is too big"
    429: Kind.TRANSIENT,  # "Too many requests"
}
