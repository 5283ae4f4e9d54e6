"""What arms a fail point, and how often does it strike?"""

from __future__ import annotations

from pathlib import Path

from notifications.delivery.failpoints import Arming, _strikes, read_arming


def test_nothing_is_armed_by_default() -> None:
    assert read_arming("") is None


def test_a_name_strikes_at_that_point_only() -> None:
    armed = Arming(point="after_call")
    assert (_strikes(armed, "after_call"), _strikes(armed, "before_call")) == (True, False)


def test_a_point_can_be_armed_for_some_mails() -> None:
    assert read_arming("after_claim:a,b") == Arming(point="after_claim", mails=frozenset({"a", "b"}))


def test_a_mark_in_a_folder_strikes_once(tmp_path: Path) -> None:
    armed = read_arming(f"{tmp_path}/")
    assert armed is not None
    (tmp_path / "in_gate").touch()
    assert [_strikes(armed, name) for name in ("after_call", "in_gate", "in_gate")] == [False, True, False]
