"""What do Postmark's answers mean? https://postmarkapp.com/developer/api/overview#error-codes"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

FAILURES: FailureTable = {
    401: Kind.CREDENTIALS_REFUSED,  # 10: bad or missing API token
    422: Kind.PERMANENT_MESSAGE,
    (422, "400"): Kind.PROVIDER_WIDE,  # sender signature not found
    (422, "401"): Kind.PROVIDER_WIDE,  # sender signature not confirmed
    (422, "405"): Kind.PROVIDER_WIDE,  # not allowed to send: out of credits
    (422, "412"): Kind.PROVIDER_WIDE,  # account is pending approval
    (422, "413"): Kind.PROVIDER_WIDE,  # account may not send
    429: Kind.TRANSIENT,  # rate limit exceeded
    500: Kind.AMBIGUOUS,  # internal server error: nothing is said of acceptance
    503: Kind.TRANSIENT,  # service unavailable: planned outage
}

#: Error codes of single items in a batch's answer (which comes with status 200).
ITEM_FAILURES: dict[int, Kind] = {
    300: Kind.PERMANENT_MESSAGE,  # invalid e-mail request
    400: Kind.PROVIDER_WIDE,
    401: Kind.PROVIDER_WIDE,
    405: Kind.PROVIDER_WIDE,
    406: Kind.PERMANENT_RECIPIENT,  # inactive recipient: bounced or complained before
    412: Kind.PROVIDER_WIDE,
    413: Kind.PROVIDER_WIDE,
}
