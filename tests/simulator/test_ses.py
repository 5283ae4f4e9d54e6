"""Does the simulated Amazon SES check signatures, and does it fail as boto3 expects of the real one?"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.simulator.conftest import ses_client
from tests.simulator.process import KEYS, SECRETS

RAW = b"From: shop@example.com\nTo: ada@example.com\nSubject: Hi\n\nhello\n"


@pytest.fixture
def send(simulator):
    def send(*, raw=RAW, to=("ada@example.com",), key=KEYS["ses"], secret=SECRETS["ses"], method="send_email"):
        parameters = ses_client(simulator, key, secret=secret)
        settings: dict[str, Any] = {**parameters.pop("config"), "connect_timeout": 1, "read_timeout": 0.5}
        client = boto3.session.Session().client("sesv2", config=Config(**settings), **parameters)
        if method == "get_account":
            return client.get_account()
        return client.send_email(Content={"Raw": {"Data": raw}}, Destination={"ToAddresses": list(to)})

    return send


def put(simulator, **fault):
    simulator.control("PUT", "faults", [fault])


def test_a_signed_call_is_taken(send, simulator):
    answer = send()
    (accept,) = simulator.accepts()
    assert answer["MessageId"] == accept["provider_message_id"]
    assert simulator.mails()[0]["text"] == "hello\n"


@pytest.mark.parametrize(
    ("key", "secret", "name"),
    [
        (KEYS["ses"], "another secret", "InvalidSignatureException"),
        ("AKIAANOTHER", SECRETS["ses"], "UnrecognizedClientException"),
    ],
)
@pytest.mark.parametrize("method", ["send_email", "get_account"])
def test_a_wrong_key_or_secret_is_refused(key, secret, name, method, send, simulator):
    with pytest.raises(ClientError) as refused:
        send(key=key, secret=secret, method=method)
    assert refused.value.response["Error"]["Code"] == name
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert simulator.accepts() == []


def test_the_account_can_be_looked_at(send):
    assert send(method="get_account")["SendingEnabled"] is True


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"raw": b"Subject: Hi\n\nhello\n"}, "BadRequestException"),
        ({"to": ["nobody"]}, "BadRequestException"),
        ({"to": [f"p{n}@example.com" for n in range(51)]}, "BadRequestException"),
    ],
)
def test_what_ses_does_not_take_is_refused(changes, name, send, simulator):
    with pytest.raises(ClientError) as refused:
        send(**changes)
    assert refused.value.response["Error"]["Code"] == name
    assert simulator.accepts() == []


def test_an_unverified_sender_is_refused(send, simulator):
    account = {"provider": "ses", "api_key": KEYS["ses"], "password": SECRETS["ses"], "domain": "mail.example.com"}
    simulator.control("PUT", "accounts", [account])
    with pytest.raises(ClientError, match="not verified") as refused:
        send()
    assert refused.value.response["Error"]["Code"] == "MessageRejected"


@pytest.mark.parametrize(
    ("status", "name"),
    [(429, "TooManyRequestsException"), (500, "InternalFailure"), (503, "ServiceUnavailable")],
)
def test_statuses_come_as_errors_of_their_names(status, name, send, simulator):
    put(simulator, kind="status", status=status, retry_after=7)
    with pytest.raises(ClientError) as refused:
        send()
    told = refused.value.response
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (name, status)
    assert told["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "7"


@pytest.mark.parametrize(
    ("kind", "error", "accepted"),
    [
        ("reset_before_accept", ConnectionClosedError, 0),
        ("reset_after_accept", ConnectionClosedError, 1),
        ("hang", ReadTimeoutError, 0),
    ],
)
def test_a_lost_answer_is_not_asked_for_again(kind, error, accepted, send, simulator):
    put(simulator, kind=kind)
    with pytest.raises(error):
        send()
    assert len(simulator.accepts()) == accepted
    assert simulator.control("GET", "faults")[0]["used"] == 1
