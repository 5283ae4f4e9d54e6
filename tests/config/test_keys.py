from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from config.keys import KEY_NAMES, read_keys


@pytest.fixture(autouse=True)
def _no_keys_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEY_NAMES:
        monkeypatch.delenv(name, raising=False)


def test_a_developer_gets_keys_once(tmp_path) -> None:
    first = read_keys(file=tmp_path / "new" / "keys.json")
    assert read_keys(file=tmp_path / "new" / "keys.json") == first
    assert len(set(first.values())) == len(KEY_NAMES)


def test_the_vault_key_is_one_that_fernet_takes(tmp_path) -> None:
    Fernet(read_keys(file=tmp_path / "keys.json")["POSTRIDER_VAULT_KEYS"])


def test_only_the_owner_may_read_the_file(tmp_path) -> None:
    read_keys(file=tmp_path / "keys.json")
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("SECRET_KEY", "from outside")
    assert read_keys(file=tmp_path / "keys.json")["SECRET_KEY"] == "from outside"


def test_production_makes_none_up() -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        read_keys(file=None)
