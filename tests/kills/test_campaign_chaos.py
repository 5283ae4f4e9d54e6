"""Does a campaign whose workers are killed, whose Redis is emptied and whose button is pressed again reach all once?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.req("C3", "V7")
def test_the_receipt_sums_to_the_audience_and_nothing_went_twice(tmp_path: Path) -> None:
    home = str(tmp_path)
    run = subprocess.run(
        [sys.executable, "manage.py", "chaos", "--scenario", "campaign", "--messages", "300", "--kills", "3",
         "--seed", "17", "--json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": home, "POSTRIDER_DATA_DIR": home},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )  # fmt: skip
    assert run.stdout, run.stderr
    outcome = json.loads(run.stdout.splitlines()[-1])
    counted = {name: outcome[name] for name in ("lost", "duplicate", "ghost", "non_terminal", "unknown")}
    assert (counted, outcome["unmet"]) == (dict.fromkeys(counted, 0), [])
    assert sum(outcome["receipt"].values()) == 300
    assert outcome["receipt"]["topic_off"] == 6
    assert outcome["accepted"] == outcome["receipt"]["sent"]
