"""What do Mailjet's answers mean?

https://dev.mailjet.com/email/guides/send-api-v31/, "Send API errors"
https://dev.mailjet.com/docs/email-api/email_api_overview/status_codes
"""

from __future__ import annotations

from notifications.delivery.failures import FailureTable, Kind

#: Our word for an answer that cannot be read. Mailjet answers 4xx also to a batch of which it took a part.
UNREADABLE = "unreadable"

#: Errors of a whole call: nothing was sent.
FAILURES: FailureTable = {
    400: Kind.PERMANENT_MESSAGE,  # mj-0002: invalid JSON; mj-0003, mj-0007, mj-0008: "Messages"; mj-0011: too large
    (400, UNREADABLE): Kind.AMBIGUOUS,
    401: Kind.CREDENTIALS_REFUSED,  # mj-0015: "did not provide valid authorization credentials"
    (401, "mj-0001"): Kind.PROVIDER_WIDE,  # "when API key is suspended"
    403: Kind.PROVIDER_WIDE,  # "You are not authorized to access this resource"
    (403, UNREADABLE): Kind.AMBIGUOUS,
    404: Kind.PROVIDER_WIDE,  # a wrong address of the API
    413: Kind.PERMANENT_MESSAGE,
    429: Kind.TRANSIENT,  # "the maximum number of calls allowed per minute"
    500: Kind.AMBIGUOUS,  # "Something went wrong on our side": nothing is said of acceptance
}

#: Errors of single messages.
ITEM_FAILURES: dict[str, Kind] = {
    "mj-0001": Kind.PROVIDER_WIDE,  # API key is suspended
    "mj-0013": Kind.PERMANENT_RECIPIENT,  # "the email address format is invalid"; From is checked by send-0008
    "mj-0015": Kind.CREDENTIALS_REFUSED,
    "send-0006": Kind.PROVIDER_WIDE,  # no permission to use a Sender header
    "send-0007": Kind.PROVIDER_WIDE,  # SenderID not validated
    "send-0008": Kind.PROVIDER_WIDE,  # the sender address is not authorized
}


def judge_item(code: str, status: int) -> Kind:
    """What the error of one message means: by its code, else by its status."""
    if code in ITEM_FAILURES:
        return ITEM_FAILURES[code]
    return Kind.PERMANENT_MESSAGE if 400 <= status < 500 else Kind.AMBIGUOUS
