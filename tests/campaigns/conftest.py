"""How do tests have campaigns looked after? By the sweeps' own functions, until there is nothing to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaigns.models import Campaign
from campaigns.sending import looking_after, starting
from tests.conftest import do_all_work


def look_after_all() -> None:
    """Begin, freeze and feed what is due; no mail is handed over."""
    starting.open_windows()
    starting.start_due()
    looking_after.freeze_waiting()
    while looking_after.feed_waiting():
        pass


@pytest.fixture
def run_campaign(providers: object) -> Callable[[Campaign], Campaign]:
    """Send a due campaign to its end, workers and all."""

    def run(campaign: Campaign) -> Campaign:
        look_after_all()
        do_all_work()
        look_after_all()
        campaign.refresh_from_db()
        return campaign

    return run
