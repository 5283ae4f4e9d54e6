"""Does a small dose of chaos lose, repeat or forget any mail? Real servers, workers and the simulator's journal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.chaos.registry import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]

_DOSE = ("kill", "flushall", "postgres-restart", "accept-then-reset", "throttle", "failover")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Each scenario's figures, from one run."""
    home = str(tmp_path_factory.mktemp("chaos"))
    run = subprocess.run(
        [sys.executable, "manage.py", "chaos", "--scenario", ",".join(_DOSE), "--messages", "200", "--kills", "4",
         "--seconds", "2", "--seed", "17", "--json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": home, "POSTRIDER_DATA_DIR": home},
        capture_output=True,
        text=True,
        check=False,
        timeout=570,
    )  # fmt: skip
    assert run.stdout, run.stderr
    outcome = json.loads(run.stdout.splitlines()[-1])
    assert run.returncode == (not outcome["is_kept"])
    return {one["scenario"]: one for one in outcome["scenarios"]}


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.req("V7")
@pytest.mark.parametrize("scenario", _DOSE)
def test_nothing_is_lost_or_sent_twice(scenario: str, outcomes: dict[str, dict[str, Any]]) -> None:
    outcome = outcomes[scenario]
    counted = {name: outcome[name] for name in ("lost", "duplicate", "ghost", "non_terminal")}
    assert (counted, outcome["unmet"]) == (dict.fromkeys(counted, 0), [])
    assert outcome["unknown"] <= outcome["unknown_bound"]
    assert outcome["accepted"] >= 200


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.req("V2")
def test_the_second_provider_takes_over_within_ten_seconds(outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes["failover"]["failover_seconds"] < 10


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"scenario": "kil"}, "no scenario 'kil'"), ({"scenario": "kill,"}, "no scenario ''")],
)
def test_a_scenario_that_does_not_exist_is_refused(options: dict[str, str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("chaos", **options)


def test_not_in_production(settings: Any) -> None:
    settings.POSTRIDER_ENV = "production"
    with pytest.raises(CommandError, match="not for production"):
        call_command("chaos")


def test_other_peoples_servers_are_never_broken() -> None:
    with pytest.raises(CommandError, match="servers of its own"):
        call_command("chaos", inside=True, seed=1)


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("chaos", is_list=True)
    lines = capsys.readouterr().out.splitlines()
    assert set(SCENARIOS) <= {line.split()[0] for line in lines}
