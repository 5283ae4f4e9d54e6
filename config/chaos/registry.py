"""Which scenarios are there?"""

from __future__ import annotations

from collections.abc import Sequence

from config.chaos.scenario import Scenario
from config.chaos.scenarios import answers, backups, campaigns, doorbell, hosts, kills, ledger, pools, races, reports

_FAMILIES = (kills, doorbell, ledger, answers, pools, hosts, reports, races, backups, campaigns)

#: By name, in the order in which `all` runs them.
SCENARIOS: dict[str, Scenario] = {one.name: one for family in _FAMILIES for one in family.SCENARIOS}


class NoSuchScenario(ValueError):
    """A name that no scenario has."""


def find_scenarios(text: str) -> Sequence[Scenario]:
    """Those named in `text`, separated by commas, or all; raises NoSuchScenario."""
    if text == "all":
        return list(SCENARIOS.values())
    names = text.split(",")
    if missing := [name for name in names if name not in SCENARIOS]:
        raise NoSuchScenario(f"There is no scenario {missing[0]!r}; there are: all, {', '.join(SCENARIOS)}.")
    return [SCENARIOS[name] for name in names]
