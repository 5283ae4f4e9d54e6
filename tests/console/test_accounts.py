from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from notifications.delivery.models import PoolMember, Provider
from notifications.delivery.providers import provider_kinds
from tests.simulator.process import Process
from tracking.models import Message

HTMX = {"HX-Request": "true"}


@pytest.fixture
def relay(db: None) -> Provider:
    provider = Provider(key="relay", kind="smtp", name="Relay", options={"host": "smtp.example.com", "username": "me"})
    provider.set_credentials({"password": "word-CANARY"})
    provider.save()
    return provider


def posted(**fields: str) -> dict[str, str]:
    """What the account's page posts, without any pool."""
    return {
        "name": "Relay", "is_enabled": "on", "options": "{}", "option_host": "smtp.example.com",
        "option_username": "me", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0", **fields,
    }  # fmt: skip


def change(boss: Client, provider: Provider, **fields: str) -> str:
    response = boss.post(f"/notifications/provider/{provider.pk}/change/", posted(**fields))
    provider.refresh_from_db()
    return response.content.decode() if response.status_code == 200 else ""


@pytest.mark.parametrize("kind", sorted(provider_kinds()))
def test_the_page_of_every_kind_opens(boss: Client, kind: str) -> None:
    provider = Provider.objects.create(key=kind, kind=kind, name=kind)
    page = boss.get(f"/notifications/provider/{provider.pk}/change/").content.decode()
    for option in provider_kinds()[kind].account.options:
        assert f'name="option_{option.name}"' in page
    for event in provider_kinds()[kind].account.webhook_events:
        assert event in page


def test_options_have_fields_and_are_kept_together(boss: Client, relay: Provider) -> None:
    fields = {"option_port": "2525", "option_security": "none", "options": '{"local_hostname": "mx"}'}
    assert change(boss, relay, **fields) == ""
    assert relay.options == {
        "host": "smtp.example.com", "username": "me", "port": 2525, "security": "none", "local_hostname": "mx",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"option_host": ""}, "cannot send without it"),
        ({"option_port": "99999"}, "less than or equal to 65535"),
        ({"options": '{"host": "other"}'}, "has a field of its own"),
        ({"options": '{"password": "x"}'}, "is a secret"),
        ({"options": '{"api_url": "https://evil.example"}'}, "would be sent to it"),
        ({"options": "[]"}, "Write a JSON object"),
        ({"mails_per_second": "0"}, "At least 0.01"),
        ({"calls_at_once": "0"}, "At least 1"),
        ({"option_host": "evil.example"}, "Stored for smtp.example.com"),
    ],
)
def test_a_faulty_account_is_refused_in_plain_words(
    boss: Client, relay: Provider, fields: dict[str, str], said: str
) -> None:
    before = dict(relay.options)
    assert said in change(boss, relay, **fields)
    assert relay.options == before


def test_another_server_gets_the_password_once_it_is_typed_again(boss: Client, relay: Provider) -> None:
    assert change(boss, relay, option_host="other.example", credential_password="word") == ""
    assert relay.options["host"] == "other.example"


@pytest.mark.req("V1")
def test_it_is_shown_where_a_secret_comes_from(boss: Client, relay: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/notifications/provider/{relay.pk}/change/"
    page = boss.get(path).content.decode()
    assert "stored; empty keeps it" in page
    assert "word-CANARY" not in page
    monkeypatch.setenv("POSTRIDER_PROVIDER_RELAY_PASSWORD", "env-CANARY")
    page = boss.get(path).content.decode()
    assert "Taken from the environment" in page
    assert "POSTRIDER_PROVIDER_RELAY_PASSWORD</code>" in page
    assert "env-CANARY" not in page


def test_limits_are_kept(boss: Client, relay: Provider) -> None:
    assert change(boss, relay, mails_per_second="0.5", calls_at_once="4") == ""
    assert (relay.mails_per_second, relay.calls_per_second, relay.calls_at_once) == (0.5, None, 4)


def test_a_documented_limit_is_shown(boss: Client) -> None:
    provider = Provider.objects.create(key="r", kind="resend", name="Resend")
    assert "Resend documents: 5" in boss.get(f"/notifications/provider/{provider.pk}/change/").content.decode()


def test_keys_whose_variables_are_the_same_are_told_apart(boss: Client, relay: Provider) -> None:
    Provider.objects.create(key="main-eu", kind="smtp", name="Main")
    answer = boss.post("/notifications/provider/add/", posted(key="main_eu", kind="smtp"))
    assert "same environment variables" in answer.content.decode()


def test_production_has_no_simulated_account(boss: Client, relay: Provider, settings: Any) -> None:
    settings.IS_PRODUCTION = True
    assert "swallows mail" in change(boss, relay, is_simulated="on")


def test_a_new_account_is_off_until_it_has_what_it_needs(boss: Client) -> None:
    boss.post("/notifications/provider/add/", posted(key="pm", kind="postmark"))
    made = Provider.objects.get()
    assert not made.is_enabled
    assert "leave the account switched off" in change(boss, made)
    assert change(boss, made, credential_server_token="token", credential_webhook_secret="a:b") == ""
    assert made.is_enabled


@pytest.mark.req("V1")
def test_the_connection_is_tested_by_a_button(boss: Client, providers: dict[str, Provider]) -> None:
    provider = providers["postmark"]
    page = boss.post(f"/providers/{provider.pk}/test/", headers=HTMX).content.decode()
    assert "The credentials work." in page
    assert "<html" not in page
    assert LogEntry.objects.get().change_message == "Tested the connection: passed."


def test_a_failed_test_says_what_to_mend(boss: Client, providers: dict[str, Provider]) -> None:
    provider = providers["mailgun"]
    provider.set_credentials({"api_key": "wrong-CANARY"})
    provider.save()
    page = boss.post(f"/providers/{provider.pk}/test/", headers=HTMX).content.decode()
    assert "Check it, and the region" in page
    assert "CANARY" not in page
    assert "Check it, and the region" in boss.get(f"/notifications/provider/{provider.pk}/change/").content.decode()


def test_without_javascript_the_result_is_a_message(boss: Client, providers: dict[str, Provider]) -> None:
    response = boss.post(f"/providers/{providers['resend'].pk}/test/", follow=True)
    assert response.redirect_chain
    assert "The credentials work." in response.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("V1")
def test_a_test_mail_is_sent_by_a_button(boss: Client, providers: dict[str, Provider], mailbox: Process) -> None:
    path = f"/providers/{providers['mailgun'].pk}/send/"
    page = boss.post(path, {"address": "Ada@Example.com", "stream": "marketing"}, headers=HTMX).content.decode()
    assert "The provider took it." in page
    assert f"/messages/{Message.objects.get().pk}/" in page
    assert mailbox.accepts()[0]["recipient"] == "ada@example.com"
    assert "example.com" not in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("address", "said"), [("", "Say whom"), ("nobody", "no address"), ("a\r\nBcc: x@example.com", "no address")]
)
def test_a_bad_address_is_refused(boss: Client, providers: dict[str, Provider], address: str, said: str) -> None:
    path = f"/providers/{providers['mailgun'].pk}/send/"
    assert said in boss.post(path, {"address": address, "stream": "marketing"}, headers=HTMX).content.decode()
    assert not Message.objects.exists()


def test_a_test_mail_is_offered_for_the_accounts_own_streams(boss: Client, relay: Provider) -> None:
    PoolMember.objects.create(provider=relay, stream="notification")
    page = boss.get(f"/notifications/provider/{relay.pk}/change/").content.decode()
    assert '<option value="notification">' in page
    assert '<option value="marketing">' not in page.partition("Send a test mail")[2].partition("</form>")[0]


def test_who_may_only_look_sees_no_buttons(somebody: Callable[..., Client], relay: Provider) -> None:
    from django.contrib.auth.models import Permission, User

    client = somebody()
    User.objects.get(username="nobody").user_permissions.add(Permission.objects.get(codename="view_provider"))
    page = client.get(f"/notifications/provider/{relay.pk}/change/").content.decode()
    assert "How it stands" in page
    assert "Test connection" not in page
