"""What do Twilio's answers and error codes mean?

Each code has its page: https://www.twilio.com/docs/api/errors/21610 and so on. Twilio says that a request answered
with 429 was not processed (20429); of other failures that its codes do not name, the HTTP status speaks.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifications.delivery.failures import FailureTable, Kind, Refusal

FAILURES: FailureTable = {
    (400, "21211"): Kind.PERMANENT_RECIPIENT,  # "Invalid 'To' Phone Number"
    (400, "21214"): Kind.PERMANENT_RECIPIENT,  # "'To' phone number cannot be reached"
    (400, "21408"): Kind.PERMANENT_RECIPIENT,  # no permission to send to that country: Geo Permissions of the account
    (400, "21608"): Kind.PERMANENT_RECIPIENT,  # a trial account reaches verified numbers only
    (400, "21610"): Kind.PERMANENT_RECIPIENT,  # "Attempt to send to unsubscribed recipient": they said STOP
    (400, "21612"): Kind.PERMANENT_RECIPIENT,  # cannot be reached from this sender
    (400, "21614"): Kind.PERMANENT_RECIPIENT,  # "'To' number is not a valid mobile number"
    (400, "21635"): Kind.PERMANENT_RECIPIENT,  # "'To' number cannot be a landline"
    (400, "21602"): Kind.PERMANENT_MESSAGE,  # "Message body is required"
    (400, "21617"): Kind.PERMANENT_MESSAGE,  # longer than 1,600 characters
    (400, "21212"): Kind.PROVIDER_WIDE,  # "Invalid 'From' Number"
    (400, "21603"): Kind.PROVIDER_WIDE,  # no 'From'
    (400, "21606"): Kind.PROVIDER_WIDE,  # the 'From' number cannot send text messages
    (400, "21609"): Kind.PROVIDER_WIDE,  # "Invalid 'StatusCallback'": POSTRIDER_PUBLIC_URL is no public address
    (400, "21659"): Kind.PROVIDER_WIDE,  # "'From' is not a Twilio phone number"
    (400, "21660"): Kind.PROVIDER_WIDE,  # 'From' belongs to another account
    (400, "21701"): Kind.PROVIDER_WIDE,  # the Messaging Service does not exist
    (400, "21703"): Kind.PROVIDER_WIDE,  # the Messaging Service has no number
    (400, "21611"): Kind.TRANSIENT,  # the sender's queue is full
    (429, "21611"): Kind.TRANSIENT,
    400: Kind.PERMANENT_MESSAGE,
    401: Kind.CREDENTIALS_REFUSED,  # 20003 "Authenticate"
    403: Kind.PROVIDER_WIDE,  # the account is suspended, or may not do this
    404: Kind.PROVIDER_WIDE,  # 20404: there is no such account
    429: Kind.TRANSIENT,  # 20429 "Too Many Requests": never processed, safe to repeat
}

#: What a code says of the number, at hand-over and in delivery reports. Those not listed say nothing of it.
REFUSALS: Mapping[str, Refusal] = {
    "21211": Refusal.DEAD,
    "21614": Refusal.DEAD,
    "21635": Refusal.DEAD,
    "30005": Refusal.DEAD,  # "Unknown destination handset"
    "30006": Refusal.DEAD,  # "Landline or unreachable carrier"
    "21610": Refusal.OPTED_OUT,
    "30003": Refusal.PASSING,  # "Unreachable destination handset": switched off, no signal
    "30004": Refusal.PASSING,  # "Message blocked"
    "30008": Refusal.PASSING,  # "Unknown error"
}
