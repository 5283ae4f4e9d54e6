"""How much chaos is asked for, and is it the same again with the same seed?"""

from __future__ import annotations

import random
from typing import Any

from config.chaos.registry import SCENARIOS, find_scenarios
from config.chaos.scenario import Asked, measure_dose
from config.chaos.scenarios.kills import plan_strikes
from notifications.delivery.failpoints import POINTS


def _asked(**fields: Any) -> Asked:
    nothing = {"messages": None, "kills": None, "seconds": None, "seed": 1, "provider": "", "workers": 2}
    return Asked(**{**nothing, "is_alone": True, **fields})


def test_alone_a_scenario_strikes_as_often_as_asked() -> None:
    assert measure_dose(SCENARIOS["postgres-restart"], _asked(kills=20)).times == 20


def test_among_others_the_slow_ones_strike_less() -> None:
    asked = _asked(kills=100, is_alone=False)
    assert [measure_dose(SCENARIOS[name], asked).times for name in ("kill", "postgres-restart", "flushall")] == [
        100, 20, 10,
    ]  # fmt: skip


def test_a_provider_asked_for_comes_first_in_the_pool() -> None:
    dose = measure_dose(SCENARIOS["failover"], _asked(provider="resend"))
    assert dose.providers == ("resend", "sendgrid")


def test_the_same_seed_makes_the_same_plan() -> None:
    assert plan_strikes(random.Random(5), 40) == plan_strikes(random.Random(5), 40)


def test_a_long_plan_strikes_at_every_point() -> None:
    assert set(POINTS) < set(plan_strikes(random.Random(5), 40))


def test_several_scenarios_by_name() -> None:
    assert [one.name for one in find_scenarios("flushall,kill")] == ["flushall", "kill"]
