from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool, env_int, env_ints, env_list, env_secret, env_str


def test_unset_and_empty_mean_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOUR", " ")
    assert env_str("COLOUR", "blue") == env_str("NO_SUCH_COLOUR", "blue") == "blue"


def test_required_value_is_named_when_missing() -> None:
    with pytest.raises(ImproperlyConfigured, match="NO_SUCH_COLOUR is not set"):
        env_str("NO_SUCH_COLOUR")


def test_choice_outside_the_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOUR", "bleu")
    with pytest.raises(ImproperlyConfigured, match="one of red, blue"):
        env_str("COLOUR", choices=("red", "blue"))


@pytest.mark.parametrize(("text", "switch"), [("1", True), ("Yes", True), ("off", False), ("FALSE", False)])
def test_switches(monkeypatch: pytest.MonkeyPatch, text: str, switch: bool) -> None:
    monkeypatch.setenv("LAMP", text)
    assert env_bool("LAMP", default=not switch) is switch


def test_misspelt_switch_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMP", "flase")
    with pytest.raises(ImproperlyConfigured, match="true or false"):
        env_bool("LAMP", default=True)


def test_number_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIZE", "ten")
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        env_int("SIZE", 10)


def test_list_drops_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a.example, ,b.example,")
    assert env_list("HOSTS") == ["a.example", "b.example"]


def test_secret_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "key").write_text("opensesame\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))
    assert env_secret("KEY") == "opensesame"


def test_unreadable_secret_file_fails_though_a_default_exists(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured, match="KEY_FILE cannot be read"):
        env_secret("KEY", "default")


def test_numbers_come_with_commas_and_anything_else_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTS", "80, 8443")
    assert env_ints("PORTS", "443") == [80, 8443]
    monkeypatch.setenv("PORTS", "80;443")
    with pytest.raises(ImproperlyConfigured, match="PORTS is '80;443'"):
        env_ints("PORTS", "443")
