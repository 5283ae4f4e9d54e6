from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from notifications.delivery.credentials import Origin, environment_name, find_origins, store
from notifications.delivery.models import Provider


@pytest.fixture
def account(db: None) -> Provider:
    provider = Provider(key="main-eu", kind="mailgun", name="Main")
    provider.set_credentials({"api_key": "stored"})
    provider.save()
    return provider


def test_a_variable_is_named_after_key_and_credential() -> None:
    assert environment_name("main-eu", "api_key") == "POSTRIDER_PROVIDER_MAIN_EU_API_KEY"


@pytest.mark.req("V1")
def test_the_environment_wins_over_what_is_stored(account: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_API_KEY", "environment")
    assert account.read_credentials() == {"api_key": "environment"}
    assert account.settings()["api_key"] == "environment"


def test_a_secret_may_lie_in_a_file(account: Provider, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mounted\n")
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_API_KEY_FILE", str(tmp_path / "secret"))
    assert account.read_credentials()["api_key"] == "mounted"


def test_a_missing_file_is_no_silent_fallback(account: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_API_KEY_FILE", "/nowhere")
    with pytest.raises(ImproperlyConfigured, match="API_KEY_FILE"):
        account.read_credentials()


def test_an_empty_variable_says_nothing(account: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_API_KEY", "")
    assert account.read_credentials()["api_key"] == "stored"


def test_a_variable_of_a_longer_key_is_not_ours(account: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_2_API_KEY", "another account's")
    assert account.read_credentials() == {"api_key": "stored"}


def test_it_is_said_where_each_one_comes_from(account: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_WEBHOOK_SIGNING_KEY", "x")
    assert find_origins(account) == {"api_key": Origin.STORED, "webhook_signing_key": Origin.ENVIRONMENT}
    store(account, {})
    account.credentials = None
    assert find_origins(account)["api_key"] == Origin.MISSING


def test_what_comes_from_the_environment_is_never_stored(account: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTRIDER_PROVIDER_MAIN_EU_API_KEY", "environment")
    store(account, {"webhook_signing_key": "typed"})
    assert account.read_stored_credentials() == {"api_key": "stored", "webhook_signing_key": "typed"}


def test_a_lost_vault_key_is_said_and_can_be_mended(account: Provider, settings: Any) -> None:
    settings.POSTRIDER_VAULT_KEYS = [Fernet.generate_key().decode()]
    assert find_origins(account)["api_key"] == Origin.UNREADABLE
    store(account, {"api_key": "typed"})
    assert account.read_credentials() == {"api_key": "typed"}
