"""Are DMARC policies and alignment judged as RFC 9989 has it?"""

from __future__ import annotations

import pytest

from notifications.delivery.domains.asking import Account
from tests.notifications.delivery.domains.zones import DOMAIN, Zones, check, dkim_key, good_zones

pytestmark = pytest.mark.req("V8")

GOOD = "v=DMARC1; p=reject"


@pytest.mark.parametrize(
    ("records", "code", "severity"),
    [
        ([GOOD], "dmarc", "ok"),
        (["v=DMARC1; p=none"], "dmarc_none", "warns"),
        (["v=DMARC1;p=maybe"], "dmarc_broken", "stops"),
        ([GOOD, GOOD], "dmarc_several", "stops"),
        ([], "dmarc_missing", "stops"),
    ],
)
def test_a_policy_is_judged(records: list[str], code: str, severity: str) -> None:
    assert check(good_zones(dmarc=records))[code].severity == severity


def test_the_next_policy_keeps_the_other_tags() -> None:
    finding = check(good_zones(dmarc=["v=DMARC1; p=none; rua=mailto:a@b.example; adkim=s"]))["dmarc_none"]
    assert finding.records[0].value == "v=DMARC1; p=quarantine; rua=mailto:a@b.example; adkim=s"


def test_a_missing_record_is_written_out() -> None:
    [record] = check(good_zones(dmarc=[]))["dmarc_missing"].records
    assert (record.type, record.name) == ("TXT", f"_dmarc.{DOMAIN}")
    assert record.value == f"v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"


@pytest.mark.parametrize(("policy", "code"), [("p=none; sp=reject", "dmarc"), ("p=reject; sp=none", "dmarc_none")])
def test_a_subdomain_has_the_subdomain_policy_of_its_organisation(policy: str, code: str) -> None:
    assert code in check(good_zones(dmarc=[f"v=DMARC1; {policy}"]), domain=f"news.{DOMAIN}")


def with_key(at: str, dmarc: str) -> Zones:
    """A From domain news.shop.example whose only key is published at `at`."""
    zones = good_zones(dkim=[], dmarc=[dmarc])
    zones.records[f"mine._domainkey.{at}", "TXT"] = [dkim_key()]
    zones.records[f"news.{DOMAIN}", "MX"] = ["10 mail.shop.example"]
    return zones


def test_relaxed_alignment_takes_a_relative() -> None:
    assert "aligned" in check(with_key(DOMAIN, GOOD), domain=f"news.{DOMAIN}")


def test_strict_alignment_takes_the_same_name_only() -> None:
    assert check(with_key(DOMAIN, f"{GOOD}; adkim=s"), domain=f"news.{DOMAIN}")["not_aligned"].severity == "stops"
    assert "aligned" in check(with_key(f"news.{DOMAIN}", f"{GOOD}; adkim=s"), domain=f"news.{DOMAIN}")


def test_a_record_that_says_it_is_the_organisation_parts_it_from_those_above() -> None:
    zones = with_key(DOMAIN, GOOD)
    zones.records[f"_dmarc.news.{DOMAIN}", "TXT"] = [f"{GOOD}; psd=n"]
    assert "not_aligned" in check(zones, domain=f"news.{DOMAIN}")


def test_a_public_suffix_is_no_organisation() -> None:
    zones = with_key(DOMAIN, GOOD)
    zones.records["_dmarc.example", "TXT"] = ["v=DMARC1; p=reject; psd=y"]
    assert "aligned" in check(zones, domain=f"news.{DOMAIN}")


def test_an_envelope_of_somebody_else_warns() -> None:
    account = Account(kind="mailgun", envelope_domain="mg.other.example")
    assert check(good_zones(), accounts=(account,))["spf_not_aligned"].severity == "warns"


def test_a_missing_return_path_warns_with_its_record() -> None:
    finding = check(good_zones(), accounts=(Account(kind="postmark"),))["return_path_missing"]
    assert finding.severity == "warns"
    assert [(one.type, one.name, one.value) for one in finding.records] == [
        ("CNAME", f"pm-bounces.{DOMAIN}", "pm.mtasv.net")
    ]
