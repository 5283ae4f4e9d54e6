"""Can staff set quiet hours and caps that make sense, and no others?"""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django.test import Client

from preferences.caps import load_caps
from preferences.models import FrequencyCap, QuietHours
from preferences.quiet_hours import load_rules, rule_of
from preferences.rule_week import draw_week, quiet_steps

pytestmark = pytest.mark.req("D2")

QUIET: dict[str, Any] = {
    "name": "Nights", "kind": "quiet", "starts": "21:00", "ends": "08:00", "days": [0, 1, 2, 3, 4, 5, 6],
    "streams": ["marketing"], "is_active": "on",
}  # fmt: skip
CAP: dict[str, Any] = {"name": "Few", "most": 3, "period": "week", "streams": ["marketing"], "is_active": "on"}


def _add(client: Client, model: str, **form: Any) -> Any:
    return client.post(f"/preferences/{model}/add/", form)


def test_quiet_hours_hold_at_once(boss: Client) -> None:
    assert load_rules() == ()
    assert _add(boss, "quiethours", **QUIET).status_code == 302
    [rule] = load_rules()
    assert (rule.starts, rule.ends, rule.streams) == (time(21), time(8), frozenset({"marketing"}))


def test_a_deleted_rule_is_forgotten_at_once(boss: Client) -> None:
    _add(boss, "quiethours", **QUIET)
    assert load_rules()
    boss.post(f"/preferences/quiethours/{QuietHours.objects.get().pk}/delete/", {"post": "yes"})
    assert load_rules() == ()


def test_some_hour_must_be_left(boss: Client) -> None:
    _add(boss, "quiethours", **QUIET)
    page = _add(boss, "quiethours", **{**QUIET, "name": "Days", "starts": "07:00", "ends": "22:00"})
    assert "no hour of the week would be left for Marketing" in page.content.decode()
    assert QuietHours.objects.count() == 1


def test_a_rule_that_is_off_may_say_anything(boss: Client) -> None:
    whole = {**QUIET, "starts": "00:00", "ends": "00:00"}
    assert _add(boss, "quiethours", **{**whole, "is_active": ""}).status_code == 302
    assert _add(boss, "quiethours", **whole).status_code == 200


@pytest.mark.parametrize("form", [{"days": []}, {"streams": []}, {"streams": ["critical"]}, {"starts": "25:00"}])
def test_nonsense_is_refused(boss: Client, form: dict[str, Any]) -> None:
    assert _add(boss, "quiethours", **{**QUIET, **form}).status_code == 200
    assert not QuietHours.objects.exists()


def test_a_cap_holds_at_once(boss: Client) -> None:
    assert load_caps() == ()
    assert _add(boss, "frequencycap", **CAP).status_code == 302
    assert [cap.most for cap in load_caps()] == [3]


def test_none_at_all_is_no_cap(boss: Client) -> None:
    assert "pause the stream" in _add(boss, "frequencycap", **{**CAP, "most": 0}).content.decode()
    assert not FrequencyCap.objects.exists()


def test_a_week_is_drawn(boss: Client) -> None:
    row = QuietHours(name="Nights", starts=time(21), ends=time(8))
    assert quiet_steps(rule_of(row))[:2] == [(0, 16), (42, 6)]
    assert "Quiet for 77 hours of the week" in draw_week(row)
    row.save()
    assert b"pr-week" in boss.get("/preferences/quiethours/").content


def test_marketers_may_change_them_and_support_may_look(somebody: Any) -> None:
    assert _add(somebody("marketer"), "frequencycap", **CAP).status_code == 302
    assert _add(somebody("support"), "frequencycap", **CAP).status_code == 403
