"""Does the doctor see accounts that cannot send, and pools that nobody serves?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config import clock
from config.doctor import accounts
from config.queues import STREAMS
from notifications.delivery.breakers import open_breaker
from notifications.delivery.models import Provider
from tests.config.doctor.asking import ask, make_account, make_call

pytestmark = pytest.mark.django_db


def test_no_account_at_all() -> None:
    assert ask(accounts.find_unusable_pools) == [
        ("broken", "There is no account to send by, so nothing can leave."),
    ]


def test_a_stream_without_an_account() -> None:
    make_account("post", "critical", "transactional", "notification")
    assert ask(accounts.find_unusable_pools) == [("broken", "The marketing stream has no account: its mail waits.")]


def test_a_stream_whose_accounts_are_all_shut() -> None:
    post = make_account("post", *STREAMS)
    open_breaker(post, "marketing", reason="failures", at=clock.now())
    assert ask(accounts.find_unusable_pools) == [
        ("broken", "None of the accounts of the marketing stream can be used now: Post."),
    ]


def test_production_hears_that_a_stream_hangs_on_one_account(settings: Any) -> None:
    make_account("post", *STREAMS)
    settings.IS_PRODUCTION = True
    told = ask(accounts.find_unusable_pools)
    assert told[0] == ("note", "The critical stream has one account only, Post: while it is down, mail waits.")


def test_refused_credentials() -> None:
    refused_at = clock.now() - timedelta(minutes=5)
    make_account("post", *STREAMS, refused_at=refused_at, refused_reason="401 invalid key")
    [(severity, what)] = ask(accounts.find_refused_accounts)
    assert severity == "broken"
    assert what == "Post refused its credentials 5 min ago (401 invalid key): it is not used."


def test_an_open_breaker_with_what_the_provider_said() -> None:
    post = make_account("post", *STREAMS)
    open_breaker(post, "marketing", reason="refused", answer="402 unpaid", at=clock.now())
    [(severity, what)] = ask(accounts.find_open_breakers)
    assert severity == "warning"
    assert what.startswith(
        "Post is left alone in the marketing stream, because it refuses to send for this account: 402 unpaid."
        " It is tried again in"
    )


def test_a_failed_test() -> None:
    make_account("post", test_fault="No route to host.")
    assert ask(accounts.find_failed_tests) == [("warning", "The last test of Post failed: No route to host.")]


def test_missing_credentials_and_webhook_secrets() -> None:
    post = make_account("post")
    post.set_credentials({})
    post.save()
    told = ask(accounts.find_setup_faults)
    assert [severity for severity, _ in told] == ["broken", "warning"]
    assert "api_key" in told[0][1]
    assert "its webhooks are refused" in told[1][1]


def test_an_account_that_sends_marketing_and_receipts() -> None:
    make_account("post", "transactional", "marketing")
    make_account("other", "notification", "marketing")
    [(severity, what)] = ask(accounts.find_shared_accounts)
    assert severity == "warning"
    assert what.startswith("Post sends marketing and also")


def test_a_simulated_account_may_be_shared() -> None:
    make_account("post", "transactional", "marketing", is_simulated=True)
    assert ask(accounts.find_shared_accounts) == []


def test_a_provider_that_is_called_too_often() -> None:
    post = make_account("post", "marketing")
    make_call(post, at=clock.now() - timedelta(minutes=5), kind="transient", code="429", size=500)
    make_call(post, at=clock.now() - timedelta(hours=2), kind="transient", code="429", size=500)
    [(_, what)] = ask(accounts.find_limited_accounts)
    assert what.startswith("Post turned 500 mails away in 15 min")


def test_a_healthy_account_is_not_mentioned() -> None:
    make_account("post", *STREAMS)
    Provider.objects.update(is_simulated=True)
    told = [finding for question in (accounts.find_unusable_pools, accounts.find_refused_accounts,
                                     accounts.find_open_breakers, accounts.find_failed_tests,
                                     accounts.find_setup_faults, accounts.find_limited_accounts)
            for finding in ask(question)]  # fmt: skip
    assert told == []
