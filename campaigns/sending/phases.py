"""Whose turn is it in a campaign with a test? First those who take part, then nobody, then the rest. Pure.

The rest is frozen with the others, by ranks of its own, so that nothing has to be written again when the test is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from campaigns.models import Campaign, CampaignRun
from campaigns.variants.plan import has_rest

#: Added to the ranks of those who wait for the winner. Without it ranks end at 10,001.
REST_RANK = 20_000
HIGHEST_RANK = 32_767


@dataclass(frozen=True, slots=True)
class Ranks:
    """Who may be fed: from one rank to another."""

    lowest: int
    highest: int


class Phase(Enum):
    """Where a campaign stands."""

    ALL = Ranks(0, HIGHEST_RANK)  # no test, or one in which everybody takes part
    TEST = Ranks(0, REST_RANK - 1)  # those who take part are fed
    WAITING = Ranks(HIGHEST_RANK, 0)  # they were; nobody is fed until a variant is chosen
    REST = Ranks(REST_RANK, HIGHEST_RANK)  # the others get what was chosen


def phase_of(campaign: Campaign, run: CampaignRun) -> Phase:
    """The phase now."""
    if not has_rest(campaign):
        return Phase.ALL
    if run.chosen_variant:
        return Phase.REST
    return Phase.TEST if run.test_fed_at is None else Phase.WAITING
