"""What do SparkPost's answers mean?

https://support.sparkpost.com/docs/tech-resources/extended-error-codes
https://support.sparkpost.com/docs/user-guide/transmission-best-practices
"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

FAILURES: FailureTable = {
    400: Kind.PERMANENT_MESSAGE,  # 1200: invalid params; 1305: not UTF-8; 1602: the idempotency key is malformed
    (400, "1100"): Kind.PROVIDER_WIDE,  # the DKIM key is not there or not verified
    (400, "1502"): Kind.TRANSIENT,  # server resources unavailable: "retry later"
    (400, "5002"): Kind.PERMANENT_RECIPIENT,  # no valid recipients in list
    (400, "7000"): Kind.PROVIDER_WIDE,  # sending domain blacklisted
    (400, "7001"): Kind.PROVIDER_WIDE,  # unconfigured or unverified sending domain
    401: Kind.CREDENTIALS_REFUSED,  # "Make sure you are using a valid API key"
    403: Kind.PROVIDER_WIDE,  # 1100: permission denied; 1601: no license; the account is suspended
    (409, "1600"): Kind.AMBIGUOUS,  # the idempotency key was used with another payload: it was sent before
    (409, "1601"): Kind.AMBIGUOUS,  # the first request with this idempotency key is still under way
    413: Kind.PERMANENT_MESSAGE,  # "The size of the request exceeds the limit"
    415: Kind.PERMANENT_MESSAGE,
    420: Kind.PROVIDER_WIDE,  # 2101-2105: the account's sending limit; "no messages are sent"
    422: Kind.PERMANENT_MESSAGE,  # 1300, 1400: fields; 2002: substitution data too large; 3000: template language
    429: Kind.TRANSIENT,  # "wait 1 to 5 seconds"
    500: Kind.TRANSIENT,  # "our service did not accept responsibility for the request"
    503: Kind.TRANSIENT,  # as 500
    504: Kind.AMBIGUOUS,  # "in some rare instances … returned even though the transmission was successful"
}
