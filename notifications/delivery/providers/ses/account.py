"""What does an account at Amazon SES ask for, and how is it tried?

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from notifications.delivery.failures import Kind
from notifications.delivery.providers.accounts import Account, ConnectionFault, Option
from notifications.delivery.providers.asking import WRONG_KEY
from notifications.delivery.providers.ses.client import NotSetUp, make_backend
from notifications.delivery.providers.ses.failures import judge

_SILENCE = "No connection to Amazon SES in this region: look at the region's name, at firewalls and proxies."
_SANDBOX = "The account is in the sandbox: Amazon SES sends to verified addresses only. Ask for production access."


def _test(options: dict[str, Any]) -> str:
    """Read the account's state in the region; a key that may only send is refused by a name of its own."""
    try:
        backend = make_backend(options)
        try:
            found = backend.client.get_account()
        finally:
            backend.close()
    except NotSetUp as error:
        raise ConnectionFault(f"This cannot work: {error}.", code="not_set_up") from None
    except ClientError as error:
        return _read_refusal(error)
    except BotoCoreError as error:
        raise ConnectionFault(_SILENCE, code=type(error).__name__) from None
    if not found["SendingEnabled"]:
        raise ConnectionFault("Sending is paused for this account: see its page at Amazon SES.", code="paused")
    return "" if found["ProductionAccessEnabled"] else _SANDBOX


def _read_refusal(error: ClientError) -> str:
    """What to know where the key is good all the same. Raises ConnectionFault."""
    verdict = judge(error)
    status, _, name = verdict.code.partition(":")
    if name.startswith("AccessDenied"):
        return "The key is valid, but may not read the account (ses:GetAccount), so it could not be looked at."
    is_key = verdict.kind == Kind.CREDENTIALS_REFUSED
    text = WRONG_KEY if is_key else f"Amazon SES refused the question: {name}."
    raise ConnectionFault(text, code=status, answer=verdict.answer[:200])


ACCOUNT = Account(
    options=(
        Option(name="region", label="Region", placeholder="eu-central-1", help="Where the domain was verified."),
        Option(
            name="configuration_set", label="Configuration set",
            help="It publishes the events of its mails to Amazon SNS. An IP pool of a stream is the name of one, too.",
        ),
        Option(
            name="topic_arn", label="SNS topic", placeholder="arn:aws:sns:eu-central-1:123456789012:mail",
            help="If set, webhooks of other topics are refused.",
        ),
    ),
    limits={"mails_per_second": "1 in the sandbox; the account's page shows its maximum send rate"},
    webhook_events=("Delivery", "Delivery delays", "Hard bounces", "Complaints", "Rejects", "Rendering failures"),
    webhook_hint=(
        "Subscribe the address to the SNS topic as https://user:password@… with the “webhook secret” as"
        " user:password; the subscription confirms itself. Leave raw message delivery off."
    ),
    test=_test,
)  # fmt: skip
