"""What do Amazon SES's answers mean, and what does a call that got none?

SES tells its errors apart by name, not by status: most come with 400.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
"""

from __future__ import annotations

from collections.abc import Mapping

from anymail.exceptions import AnymailAPIError
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError
from requests.structures import CaseInsensitiveDict

from notifications.delivery.failures import HTTP_STATUS, Kind, Verdict, judge_exception, read_retry_after, redact

#: Error names, without the "Exception" that some of them end with.
ERRORS: Mapping[str, Kind] = {
    "AccessDenied": Kind.CREDENTIALS_REFUSED,  # the key's policy does not allow ses:SendEmail
    "AccountSuspended": Kind.PROVIDER_WIDE,  # "the account's ability to send email has been permanently restricted"
    "BadRequest": Kind.PERMANENT_MESSAGE,  # "The input you provided is invalid"
    "ExpiredToken": Kind.CREDENTIALS_REFUSED,  # "The security token included in the request is expired"
    "IncompleteSignature": Kind.CREDENTIALS_REFUSED,
    "InternalFailure": Kind.AMBIGUOUS,  # "an unknown error, exception or failure"
    "InternalServiceError": Kind.AMBIGUOUS,  # as InternalFailure
    "InvalidClientTokenId": Kind.CREDENTIALS_REFUSED,  # the access key id "does not exist in our records"
    "InvalidSignature": Kind.CREDENTIALS_REFUSED,  # the secret access key is another one
    "LimitExceeded": Kind.PROVIDER_WIDE,  # a quota of the account
    "MailFromDomainNotVerified": Kind.PROVIDER_WIDE,  # "the sending domain isn't verified"
    "MessageRejected": Kind.PERMANENT_MESSAGE,  # "it contains invalid content"
    "MissingAuthenticationToken": Kind.CREDENTIALS_REFUSED,
    "NotAuthorized": Kind.CREDENTIALS_REFUSED,  # "You do not have permission to perform this action"
    "NotFound": Kind.PROVIDER_WIDE,  # the configuration set or the tenant is not there
    "OptInRequired": Kind.CREDENTIALS_REFUSED,  # "needs a subscription for the service"
    "RequestExpired": Kind.TRANSIENT,  # a clock is more than 15 minutes off, ours or theirs
    "SendingPaused": Kind.PROVIDER_WIDE,  # "the account's ability to send email is currently paused"
    "ServiceUnavailable": Kind.TRANSIENT,  # "a temporary failure of the server"
    "SignatureDoesNotMatch": Kind.CREDENTIALS_REFUSED,
    "Throttling": Kind.TRANSIENT,  # "Maximum sending rate exceeded"
    "TooManyRequests": Kind.TRANSIENT,  # "Too many requests have been made to the operation"
    "UnrecognizedClient": Kind.CREDENTIALS_REFUSED,  # the access key id "does not exist in our records"
}

# One name for several things; the message tells them apart.
_MESSAGES: Mapping[str, tuple[tuple[str, Kind], ...]] = {
    "MessageRejected": (
        ("not verified", Kind.PROVIDER_WIDE),  # "Email address is not verified": sender, or account in the sandbox
        ("paused", Kind.PROVIDER_WIDE),  # "Sending paused for this account"
        ("suspended", Kind.PROVIDER_WIDE),
    ),
    "Throttling": (("daily", Kind.PROVIDER_WIDE),),  # "Daily message quota exceeded"
    "TooManyRequests": (("daily", Kind.PROVIDER_WIDE),),
    "InvalidSignature": (  # "Signature expired: … is now earlier than …", and "Signature not yet current"
        ("signature expired", Kind.TRANSIENT),
        ("not yet current", Kind.TRANSIENT),
    ),
}

#: Raised before the first byte of a request was written.
_NOT_SENT = (
    boto.ConnectTimeoutError,
    boto.EndpointConnectionError,  # refused, or no such host
    boto.ProxyConnectionError,
    boto.SSLError,
)
#: The account's own set-up, found wrong before anything was sent.
_NOT_SET_UP = (
    boto.EndpointProviderError,
    boto.EndpointResolutionError,
    boto.InvalidRegionError,
    boto.NoCredentialsError,
    boto.NoRegionError,
    boto.PartialCredentialsError,
)


def judge(error: Exception) -> Verdict:
    """The verdict on a mail whose call raised. Anymail wraps what boto raises."""
    cause = error.__cause__ if isinstance(error, AnymailAPIError) and error.__cause__ else error
    if isinstance(cause, boto.ClientError):
        return _judge_answer(cause)
    if isinstance(cause, boto.ParamValidationError):
        return Verdict(kind=Kind.PERMANENT_MESSAGE, code="bad_parameter", answer=redact(str(cause)))
    if isinstance(cause, boto.BotoCoreError | ResponseParserError):
        return _judge_silence(cause)
    if isinstance(cause, AnymailAPIError):  # what came was no proper answer to a call that went out
        return Verdict(kind=Kind.AMBIGUOUS, code="unreadable", answer=redact(str(cause)))
    return judge_exception(error, {})


def _judge_answer(error: boto.ClientError) -> Verdict:
    """SES answered, and said no."""
    told = error.response.get("Error", {})
    name, message = str(told.get("Code", "")), str(told.get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    headers = CaseInsensitiveDict(error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}))
    return Verdict(
        kind=_kind(name, message, status), code=f"{status}:{name}"[:64], answer=redact(message),
        retry_after=read_retry_after(headers),
    )  # fmt: skip


def _kind(name: str, message: str, status: int) -> Kind:
    name = name.removesuffix("Exception")
    for words, kind in _MESSAGES.get(name, ()):
        if words in message.lower():
            return kind
    default = Kind.AMBIGUOUS if status >= 500 or status < 400 else Kind.PERMANENT_MESSAGE
    return ERRORS.get(name) or HTTP_STATUS.get(status, default)


def _judge_silence(error: Exception) -> Verdict:
    """No answer came, or none that can be read."""
    code = type(error).__name__
    if isinstance(error, _NOT_SENT):
        return Verdict(kind=Kind.TRANSIENT, code=code, answer="no connection")
    if isinstance(error, _NOT_SET_UP):
        return Verdict(kind=Kind.PROVIDER_WIDE, code=code, answer=redact(str(error)))
    return Verdict(kind=Kind.AMBIGUOUS, code=code, answer="the connection broke or timed out after the request")
