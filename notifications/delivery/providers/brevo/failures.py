"""What do Brevo's answers mean?

https://developers.brevo.com/docs/how-it-works, "HTTP status codes" and "Error codes"
https://developers.brevo.com/docs/heterogenous-versions-batch-emails, "Time-to-live and error handling"
"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

#: Codes of an idempotency key that was used before. It says that an earlier call was received, not that it was good.
REPEATED = frozenset({"duplicate_parameter", "duplicate_request"})

FAILURES: FailureTable = {
    400: Kind.PERMANENT_MESSAGE,  # invalid_parameter, missing_parameter, out_of_range, bad_request
    (400, "account_under_validation"): Kind.PROVIDER_WIDE,
    (400, "not_enough_credits"): Kind.PROVIDER_WIDE,
    (400, "permission_denied"): Kind.PROVIDER_WIDE,
    **{(400, code): Kind.AMBIGUOUS for code in REPEATED},
    401: Kind.CREDENTIALS_REFUSED,  # unauthorized: "Key not found"
    402: Kind.PROVIDER_WIDE,  # not_enough_credits: "Not enough credit, plan upgrade needed"
    403: Kind.PROVIDER_WIDE,  # permission_denied, account_under_validation
    404: Kind.PROVIDER_WIDE,  # document_not_found: a wrong address of the API
    405: Kind.PERMANENT_MESSAGE,  # method_not_allowed
    406: Kind.PERMANENT_MESSAGE,  # not_acceptable
    413: Kind.PERMANENT_MESSAGE,
    422: Kind.PERMANENT_MESSAGE,  # "Unprocessable Entity"
    429: Kind.TRANSIENT,  # the rate limit
    500: Kind.AMBIGUOUS,  # nothing is said of acceptance
}
