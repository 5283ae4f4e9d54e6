from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from notifications.delivery import testmail
from notifications.delivery.failures import Kind
from notifications.delivery.models import Attempt, Call, DeadLetter, Outbox, Provider
from notifications.delivery.testmail import NotSendable, send_test
from preferences.models import Suppression
from preferences.suppression import suppress
from tests.simulator.process import KEYS, Process
from tracking.models import Message

Providers = dict[str, Provider]


def send(provider: Provider, address: str = "ada@example.com", *, user: int = 7) -> testmail.SentTest:
    return send_test(provider, address, stream="marketing", user_id=user)


@pytest.mark.parametrize("kind", [*KEYS, "smtp"])
@pytest.mark.django_db(transaction=True)
@pytest.mark.req("V1")
def test_it_goes_by_this_very_account(providers: Providers, mailbox: Process, kind: str) -> None:
    sent = send(providers[kind])
    assert sent.verdict is not None
    assert sent.verdict.kind == Kind.ACCEPTED, sent
    [accept] = mailbox.accepts()
    assert (accept["provider"], accept["message_id"]) == (kind, str(sent.message_id))
    assert providers[kind].name in mailbox.mails()[0]["text"]


@pytest.mark.django_db(transaction=True)
def test_it_stands_in_the_log_as_a_test(providers: Providers) -> None:
    send(providers["mailgun"])
    message = Message.objects.get()
    assert (message.source, message.state, message.provider) == ("test:7", "sent", "mailgun")
    assert message.call_ids == [Call.objects.get().pk]
    assert Attempt.objects.get().kind == "accepted"
    assert not Outbox.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_told_and_not_tried_again(
    providers: Providers, mailbox: Process, work: Callable[[], None]
) -> None:
    providers["mailgun"].set_credentials({"api_key": "wrong"})
    sent = send(providers["mailgun"])
    assert sent.verdict is not None
    assert (sent.verdict.kind, sent.verdict.code) == (Kind.CREDENTIALS_REFUSED, "401")
    assert Message.objects.get().state == "failed"
    work()
    assert mailbox.accepts() == []
    assert not DeadLetter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_uncertain_answer_is_unknown_and_not_repeated(
    providers: Providers, mailbox: Process, work: Callable[[], None]
) -> None:
    mailbox.control("PUT", "faults", [{"provider": "resend", "kind": "reset_after_accept", "count": 1}])
    sent = send(providers["resend"])
    assert sent.verdict is not None
    assert sent.verdict.kind == Kind.AMBIGUOUS
    work()
    assert Message.objects.get().state == "unknown"
    assert len(mailbox.accepts()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_suppressed_address_gets_none(providers: Providers, mailbox: Process) -> None:
    suppress("ada@example.com", reason=Suppression.Reason.COMPLAINT, scope=Suppression.Scope.ALL)
    sent = send(providers["mailgun"])
    assert (sent.verdict, sent.reason) == (None, "suppressed_complaint")
    assert mailbox.accepts() == []


@pytest.mark.django_db(transaction=True)
def test_a_few_a_minute_are_enough(providers: Providers) -> None:
    for _ in range(testmail.MOST_A_MINUTE):
        send(providers["smtp"])
    with pytest.raises(NotSendable, match="Wait a moment"):
        send(providers["smtp"])
    assert send(providers["smtp"], user=8).verdict is not None


def test_a_real_account_reaches_only_whom_the_sandbox_allows(providers: Providers, settings: Any) -> None:
    providers["mailgun"].is_simulated = False
    with pytest.raises(NotSendable, match="Outside production"):
        send(providers["mailgun"])
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_accepted_one_mends_a_refused_account(providers: Providers) -> None:
    provider = providers["mailgun"]
    provider.refused_at = timezone.now()
    provider.save()
    send(provider)
    provider.refresh_from_db()
    assert provider.refused_at is None
