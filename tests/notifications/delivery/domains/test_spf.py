"""Is SPF judged as receivers judge it?"""

from __future__ import annotations

import pytest

from notifications.delivery.domains.asking import Account
from tests.notifications.delivery.domains.zones import DOMAIN, check, good_zones

pytestmark = pytest.mark.req("V8")


def test_a_good_record_is_ok() -> None:
    assert check(good_zones())["spf"].severity == "ok"


@pytest.mark.parametrize(
    ("record", "code", "severity", "mended"),
    [
        ("v=spf1 mx +all", "spf_allows_all", "stops", "v=spf1 mx ~all"),
        ("v=spf1 mx all", "spf_allows_all", "stops", "v=spf1 mx ~all"),
        ("v=spf1 mx ?all", "spf_open", "warns", "v=spf1 mx ~all"),
        ("v=spf1 mx", "spf_open", "warns", "v=spf1 mx ~all"),
    ],
)
def test_an_open_ending_is_closed(record: str, code: str, severity: str, mended: str) -> None:
    finding = check(good_zones(spf=[record]))[code]
    assert finding.severity == severity
    assert [(one.type, one.name, one.value) for one in finding.records] == [("TXT", DOMAIN, mended)]


def test_two_records_become_one() -> None:
    finding = check(good_zones(spf=["v=spf1 mx -all", "v=spf1 a:mail.shop.example ~all"]))["spf_several"]
    assert finding.severity == "stops"
    assert finding.records[0].value == "v=spf1 mx a:mail.shop.example -all"


@pytest.mark.parametrize(("includes", "code"), [(10, "spf"), (11, "spf_lookups")])
def test_ten_look_ups_are_the_most(includes: int, code: str) -> None:
    names = [f"spf{number}.other.example" for number in range(includes)]
    zones = good_zones(spf=[f"v=spf1 {' '.join(f'include:{name}' for name in names)} ~all"])
    zones.records |= {(name, "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all"] for name in names}
    assert code in check(zones)


def test_look_ups_of_what_is_included_count() -> None:
    zones = good_zones(spf=["v=spf1 include:a.example ~all"])
    zones.records["a.example", "TXT"] = [f"v=spf1 {' '.join(f'a:{one}.example' for one in 'bcdefghijk')} ~all"]
    assert "needs 11 DNS look-ups" in check(zones)["spf_lookups"].text


@pytest.mark.parametrize("included", ["nowhere.example", DOMAIN])
def test_an_include_that_leads_nowhere_or_back_breaks_it(included: str) -> None:
    finding = check(good_zones(spf=[f"v=spf1 include:{included} ~all"]))["spf_broken"]
    assert finding.severity == "stops"
    assert included in finding.text


def test_a_misspelt_mechanism_breaks_it() -> None:
    assert "spf_broken" in check(good_zones(spf=["v=spf1 inculde:mailgun.org ~all"]))


def test_mailgun_wants_its_include_and_keeps_the_rest() -> None:
    finding = check(good_zones(), accounts=(Account(kind="mailgun"),))["spf_provider_missing"]
    assert finding.severity == "warns"
    assert finding.records[0].value == "v=spf1 ip4:192.0.2.1 include:mailgun.org ~all"


@pytest.mark.parametrize(("kind", "severity"), [("smtp", "stops"), ("mailgun", "stops"), ("postmark", "warns")])
def test_none_stops_where_receivers_look_for_it(kind: str, severity: str) -> None:
    assert check(good_zones(spf=[]), accounts=(Account(kind=kind),))["spf_missing"].severity == severity


def test_the_envelopes_domain_is_judged_too() -> None:
    account = Account(kind="mailgun", envelope_domain=f"mg.{DOMAIN}")
    finding = check(good_zones(), accounts=(account,))["spf_missing"]
    assert [(one.name, one.value) for one in finding.records] == [(f"mg.{DOMAIN}", "v=spf1 include:mailgun.org ~all")]
