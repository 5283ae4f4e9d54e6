"""Is a failure to look something up never taken for its absence?"""

from __future__ import annotations

import pytest

from notifications.delivery.domains.findings import give_verdict
from notifications.delivery.models import SenderDomain
from tests.notifications.delivery.domains.zones import DOMAIN, check, good_zones

pytestmark = pytest.mark.req("V8")

Verdict = SenderDomain.Verdict
NAMES = {"spf": DOMAIN, "dkim": f"mine._domainkey.{DOMAIN}", "dmarc": f"_dmarc.{DOMAIN}", "mx": DOMAIN}


@pytest.mark.parametrize("subject", NAMES)
def test_what_does_not_answer_is_not_called_missing(subject: str) -> None:
    zones = good_zones()
    zones.broken.add(NAMES[subject])
    found = check(zones)
    assert found[f"{subject}_unanswered"].severity == "warns"
    assert "Could not look up" in found[f"{subject}_unanswered"].text
    assert not any(finding.severity == "stops" for finding in found.values())


def test_an_include_that_does_not_answer_is_not_broken() -> None:
    zones = good_zones(spf=["v=spf1 include:slow.example ~all"])
    zones.broken.add("slow.example")
    assert "spf_unanswered" in check(zones)


@pytest.mark.parametrize("before", list(Verdict))
def test_the_verdict_stays_what_it_was(before: str) -> None:
    zones = good_zones()
    zones.broken.add(NAMES["dkim"])
    assert give_verdict([*check(zones).values()], before=before) == before


@pytest.mark.parametrize("before", list(Verdict))
def test_what_is_surely_missing_is_unfit_all_the_same(before: str) -> None:
    zones = good_zones(dmarc=[])
    zones.broken.add(NAMES["dkim"])
    assert give_verdict([*check(zones).values()], before=before) == Verdict.UNFIT
