from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from config.checks import check_environment, check_keys, report_mail_road


@pytest.fixture
def production(settings: Any) -> Any:
    settings.IS_PRODUCTION = True
    settings.DEBUG = False
    settings.POSTRIDER_ENV = "production"
    settings.POSTRIDER_PUBLIC_URL = "https://mail.example.com"
    settings.SECRET_KEY = "s" * 50
    settings.POSTRIDER_VAULT_KEYS = [Fernet.generate_key().decode()]
    settings.POSTRIDER_SIGNING_KEYS = ["g" * 50]
    settings.POSTRIDER_SUPPRESSION_KEY = "p" * 50
    return settings


def _found() -> list[str | None]:
    return [fault.id for fault in (*check_environment(None), *check_keys(None))]


def test_a_sound_installation_passes(production: Any) -> None:
    assert _found() == []


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("IS_PRODUCTION", False, "config.E001"),
        ("DEBUG", True, "config.E002"),
        ("POSTRIDER_PUBLIC_URL", "http://mail.example.com", "config.E003"),
        ("POSTRIDER_VAULT_KEYS", ["v" * 50], "config.E004"),
        ("POSTRIDER_SUPPRESSION_KEY", "short", "config.E005"),
        ("POSTRIDER_SUPPRESSION_KEY", "g" * 50, "config.E006"),
    ],
)
def test_each_fault_is_found(production: Any, name: str, value: object, fault: str) -> None:
    setattr(production, name, value)
    assert _found() == [fault]


def test_no_key_is_printed(production: Any) -> None:
    production.POSTRIDER_SUPPRESSION_KEY = production.POSTRIDER_SIGNING_KEYS[0] = "short-secret"
    assert "short-secret" not in str(check_keys(None))


def test_the_mail_road_is_told(production: Any) -> None:
    production.POSTRIDER_ALLOW_REAL_PROVIDERS = False
    assert "simulator" in report_mail_road(None)[0].msg
