"""What is special about Amazon SES: errors by name, boto3's own ways to fail, and subscriptions to its topics."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError
from botocore import exceptions as boto
from django.test import Client

from config import clock
from notifications.delivery.failures import Kind
from notifications.delivery.models import Attempt, Provider
from notifications.delivery.providers.ses import client
from notifications.delivery.providers.ses.failures import judge
from notifications.delivery.providers.ses.subscription import may_call
from preferences.models import Contact, Suppression
from tests.accounts import only
from tests.simulator.listener import Listener
from tests.simulator.process import LOGIN, Process
from tests.types import parcel_type
from tracking.models import Message, WebhookReceipt
from tracking.signals import event

database = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]


@pytest.fixture
def ses(providers: dict[str, Provider]) -> Iterator[Provider]:
    yield only(providers, "ses")
    client._kept.close_all()


def send(contact: Contact) -> None:
    event.send(sender=None, name="parcel.sent", contact=contact, payload={"number": "17"})


def refusal(name: str, message: str = "", status: int = 400, **headers: str) -> AnymailAPIError:
    """What Anymail raises when SES says no."""
    answer = {
        "Error": {"Code": name, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers},
    }
    return wrapped(boto.ClientError(answer, "SendEmail"))


def wrapped(cause: Exception) -> AnymailAPIError:
    error = AnymailAPIError(str(cause), response=getattr(cause, "response", None))
    error.__cause__ = cause
    return error


REFUSALS = [
    ("MessageRejected", "Message contains a virus", 400, Kind.PERMANENT_MESSAGE),
    ("MessageRejected", "Email address is not verified. The following …", 400, Kind.PROVIDER_WIDE),
    ("MessageRejected", "Sending paused for this account.", 400, Kind.PROVIDER_WIDE),
    ("MailFromDomainNotVerifiedException", "", 400, Kind.PROVIDER_WIDE),
    ("AccountSuspendedException", "", 400, Kind.PROVIDER_WIDE),
    ("SendingPausedException", "", 400, Kind.PROVIDER_WIDE),
    ("LimitExceededException", "", 400, Kind.PROVIDER_WIDE),
    ("NotFoundException", "Configuration set <x> does not exist.", 404, Kind.PROVIDER_WIDE),
    ("TooManyRequestsException", "Maximum sending rate exceeded.", 429, Kind.TRANSIENT),
    ("ThrottlingException", "Maximum sending rate exceeded.", 400, Kind.TRANSIENT),
    ("ThrottlingException", "Daily message quota exceeded.", 400, Kind.PROVIDER_WIDE),
    ("BadRequestException", "Missing final '@domain'", 400, Kind.PERMANENT_MESSAGE),
    ("InvalidSignatureException", "The request signature we calculated …", 403, Kind.CREDENTIALS_REFUSED),
    ("InvalidSignatureException", "Signature expired: 2026… is now earlier than …", 403, Kind.TRANSIENT),
    ("UnrecognizedClientException", "", 403, Kind.CREDENTIALS_REFUSED),
    ("AccessDeniedException", "", 403, Kind.CREDENTIALS_REFUSED),
    ("InternalFailure", "", 500, Kind.AMBIGUOUS),
    ("ServiceUnavailable", "", 503, Kind.TRANSIENT),
    ("NobodyHasHeardOfThis", "", 400, Kind.PERMANENT_MESSAGE),
    ("NobodyHasHeardOfThis", "", 599, Kind.AMBIGUOUS),
    ("200", "", 200, Kind.AMBIGUOUS),
]


@pytest.mark.parametrize(("name", "message", "status", "kind"), REFUSALS)
@pytest.mark.req("V4")
def test_each_error_is_known_by_its_name(name: str, message: str, status: int, kind: Kind) -> None:
    assert judge(refusal(name, message, status)).kind == kind


SILENCES = [
    (boto.ConnectTimeoutError(endpoint_url="x"), Kind.TRANSIENT),
    (boto.EndpointConnectionError(endpoint_url="x"), Kind.TRANSIENT),
    (boto.SSLError(endpoint_url="x", error="y"), Kind.TRANSIENT),
    (boto.ProxyConnectionError(proxy_url="x"), Kind.TRANSIENT),
    (boto.ReadTimeoutError(endpoint_url="x"), Kind.AMBIGUOUS),
    (boto.ConnectionClosedError(endpoint_url="x"), Kind.AMBIGUOUS),
    (boto.HTTPClientError(error="x"), Kind.AMBIGUOUS),
    (boto.NoCredentialsError(), Kind.PROVIDER_WIDE),
    (boto.ParamValidationError(report="x"), Kind.PERMANENT_MESSAGE),
]


@pytest.mark.parametrize(("cause", "kind"), SILENCES, ids=lambda one: type(one).__name__)
@pytest.mark.req("V4")
def test_only_a_call_that_never_left_is_tried_again(cause: Exception, kind: Kind) -> None:
    assert judge(wrapped(cause)).kind == kind


def test_the_wait_that_it_asks_for_is_kept() -> None:
    verdict = judge(refusal("TooManyRequestsException", status=429, **{"retry-after": "7"}))
    assert verdict.retry_after == timedelta(seconds=7)


class TestSending:
    pytestmark = [*database, pytest.mark.req("V4")]

    @pytest.mark.parametrize(
        ("fault", "state", "accepted"),
        [
            ("429", "retrying", 0),
            ("500", "unknown", 0),
            ("broken_json", "unknown", 1),
            ("reset_after_accept", "unknown", 1),
            ("400", "failed", 0),
        ],
    )
    def test_each_misfortune_has_its_end(
        self, fault: str, state: str, accepted: int, ses: Provider, ada: Contact, mailbox: Process,
        work: Callable[[], None],
    ) -> None:  # fmt: skip
        parcel_type()
        mailbox.control("PUT", "faults", [{"kind": fault, "count": 1}])
        send(ada)
        work()
        assert Message.objects.get().state == state
        assert len(mailbox.accepts()) == accepted

    def test_a_wrong_secret_shuts_the_account_out(self, ses: Provider, ada: Contact, work: Callable[[], None]) -> None:
        parcel_type()
        ses.set_credentials({**ses.read_credentials(), "secret_access_key": "mistyped"})
        ses.save()
        send(ada)
        work()
        assert Attempt.objects.get().kind == Kind.CREDENTIALS_REFUSED
        ses.refresh_from_db()
        assert ses.refused_at is not None

    def test_an_account_without_its_keys_sends_nothing(
        self, ses: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
    ) -> None:
        parcel_type()
        ses.set_credentials({})
        ses.save()
        send(ada)
        work()
        assert (Attempt.objects.get().kind, mailbox.accepts()) == (Kind.PROVIDER_WIDE, [])

    def test_pool_and_tag_go_along(
        self, ses: Provider, ada: Contact, mailbox: Process, work: Callable[[], None]
    ) -> None:
        ses.memberships.update(ip_pool="warm", tag="shop")
        parcel_type()
        send(ada)
        work()
        [mail] = mailbox.mails()
        assert mail["tags"] == ["shop"]

    def test_a_connection_that_was_idle_is_made_anew(
        self, ses: Provider, ada: Contact, mailbox: Process, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parcel_type()
        made: list[client.Backend] = []
        make = client.make_backend

        def note(options: dict[str, Any]) -> client.Backend:
            made.append(make(options))
            return made[-1]

        monkeypatch.setattr(client, "make_backend", note)
        client._kept.close_all()
        for idle_seconds in (60.0, 60.0, 0.0):
            monkeypatch.setattr(client._kept, "_idle_seconds", idle_seconds)
            send(ada)
            work()
        assert (len(mailbox.accepts()), len(made)) == (3, 2)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=x", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription", True),
        ("http://sns.eu-central-1.amazonaws.com/", False),
        ("https://sns.eu-central-1.amazonaws.com:8443/", False),
        ("https://sns.eu-central-1.amazonaws.com@evil.example/", False),
        ("https://user:word@sns.eu-central-1.amazonaws.com/", False),
        ("https://bucket.s3.amazonaws.com/", False),
        ("https://sns.eu-central-1.amazonaws.com.evil.example/", False),
        ("https://evil.example/sns.eu-central-1.amazonaws.com", False),
        ("https://169.254.169.254/latest/meta-data/", False),
        ("file:///etc/passwd", False),
        ("https://[", False),
        ("http://127.0.0.1:8025/", False),
    ],
)
@pytest.mark.req("K1")
def test_only_amazons_addresses_are_called(url: str, allowed: bool) -> None:
    assert may_call(url, is_simulated=False) is allowed
    assert not may_call(url.replace("127.0.0.1:8025", "127.0.0.1:1"), is_simulated=True)


def post(provider: Provider, message: dict[str, Any], *, login: str = LOGIN) -> int:
    headers = {
        "x-amz-sns-message-type": message["Type"],
        "x-amz-sns-message-id": message["MessageId"],
        "Authorization": "Basic " + base64.b64encode(login.encode()).decode(),
    }
    if not login:
        del headers["Authorization"]
    path = f"/webhooks/ses/{provider.webhook_key}/"
    answer = Client().post(path, data=json.dumps(message), content_type="text/plain; charset=UTF-8", headers=headers)
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    return answer.status_code


def subscription(url: str) -> dict[str, Any]:
    return {
        "Type": "SubscriptionConfirmation", "MessageId": "1", "TopicArn": "arn:aws:sns:x:1:mail", "Token": "x",
        "SubscribeURL": url,
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.req("K1")
class TestSubscriptions:
    @pytest.fixture(autouse=True)
    def _simulator(self, ses: Provider, listener: Listener, settings: Any) -> None:
        settings.POSTRIDER_SIMULATOR_URL = listener.url

    def test_one_is_confirmed(self, ses: Provider, listener: Listener) -> None:
        assert post(ses, subscription(f"{listener.url}/?Action=ConfirmSubscription")) == 200
        assert [one.path for one in listener.received] == ["/?Action=ConfirmSubscription"]

    def test_a_login_is_asked_for_first(self, ses: Provider, listener: Listener) -> None:
        assert post(ses, subscription(f"{listener.url}/"), login="") == 401
        assert post(ses, subscription(f"{listener.url}/"), login="an:other") == 403
        assert listener.received == []

    def test_another_address_is_not_called(self, ses: Provider, listener: Listener, settings: Any) -> None:
        settings.POSTRIDER_SIMULATOR_URL = "http://127.0.0.1:9"
        assert post(ses, subscription(f"{listener.url}/")) == 400
        assert listener.received == []

    def test_a_redirect_is_not_followed(self, ses: Provider, listener: Listener) -> None:
        listener.redirects["/"] = f"{listener.url}/inside"
        assert post(ses, subscription(f"{listener.url}/")) == 400
        assert [one.path for one in listener.received] == ["/"]

    def test_another_topic_is_refused(self, ses: Provider, listener: Listener) -> None:
        Provider.objects.filter(pk=ses.pk).update(options={"topic_arn": "arn:aws:sns:x:1:other"})
        assert post(ses, subscription(f"{listener.url}/")) == 403
        assert listener.received == []


class TestBounces:
    pytestmark = [*database, pytest.mark.req("K3")]

    @pytest.mark.parametrize(
        ("bounce", "suppressed"),
        [
            ({"bounceType": "Permanent", "bounceSubType": "General"}, 1),
            ({"bounceType": "Transient", "bounceSubType": "MailboxFull"}, 0),
            ({"bounceType": "Undetermined", "bounceSubType": "Undetermined"}, 0),
        ],
    )
    def test_only_a_permanent_one_condemns_the_mailbox(
        self, bounce: dict[str, str], suppressed: int, ses: Provider, ada: Contact, work: Callable[[], None]
    ) -> None:
        parcel_type()
        send(ada)
        work()
        metadata = json.dumps({"message_id": str(Message.objects.get().pk)})
        told = {
            "eventType": "Bounce",
            "bounce": {**bounce, "bouncedRecipients": [{"emailAddress": "ada@example.com"}]},
            "mail": {"messageId": "x", "headers": [{"name": "X-Metadata", "value": metadata}]},
        }
        message = {
            "Type": "Notification", "MessageId": "m", "TopicArn": "x", "Message": json.dumps(told),
            "Timestamp": clock.now().isoformat(),
        }  # fmt: skip
        assert post(ses, message) == 200
        work()
        assert Suppression.objects.count() == suppressed
        assert Message.objects.get().bounced_at is not None or not suppressed

    def test_a_receipt_rule_is_not_a_report(self, ses: Provider) -> None:
        message = {"Type": "Notification", "MessageId": "m", "Message": json.dumps({"notificationType": "Received"})}
        assert post(ses, message) == 400
        assert not WebhookReceipt.objects.exists()
