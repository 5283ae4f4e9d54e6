"""What do Resend's answers mean? https://resend.com/docs/api-reference/errors"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

FAILURES: FailureTable = {
    (400, "invalid_idempotency_key"): Kind.PERMANENT_MESSAGE,
    401: Kind.CREDENTIALS_REFUSED,  # missing_api_key, restricted_api_key
    403: Kind.PROVIDER_WIDE,  # invalid_api_key; the domain is not verified
    (409, "invalid_idempotent_request"): Kind.AMBIGUOUS,  # the key was used with another body: it was sent before
    (409, "concurrent_idempotent_requests"): Kind.AMBIGUOUS,  # the first request is still under way
    422: Kind.PERMANENT_MESSAGE,  # validation_error and its kin
    429: Kind.TRANSIENT,  # rate_limit_exceeded, daily_quota_exceeded
    500: Kind.AMBIGUOUS,  # application_error, internal_server_error
}
