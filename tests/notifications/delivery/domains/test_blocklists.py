"""Are listings told apart from refusals to answer?"""

from __future__ import annotations

import pytest

from notifications.delivery.domains.asking import Blocklists
from tests.notifications.delivery.domains.zones import DOMAIN, check, good_zones

pytestmark = pytest.mark.req("V8")

LISTS = Blocklists(addresses=("zen.spamhaus.org",), domains=("dbl.spamhaus.org",))
ADDRESS = "1.2.0.192.zen.spamhaus.org"  # of 192.0.2.1, which the SPF record names
NAME = f"{DOMAIN}.dbl.spamhaus.org"


def test_nothing_listed_is_said_once() -> None:
    assert check(good_zones(), blocklists=LISTS)["blocklists"].found == f"{DOMAIN}, 192.0.2.1"


@pytest.mark.parametrize(
    ("name", "code", "finding", "severity"),
    [
        (ADDRESS, "127.0.0.2", "address_listed", "stops"),
        (ADDRESS, "127.0.0.10", "address_listed", "warns"),
        (NAME, "127.0.1.2", "domain_listed", "stops"),
        (NAME, "127.0.1.102", "domain_listed", "warns"),
    ],
)
def test_a_listing_is_as_bad_as_its_code(name: str, code: str, finding: str, severity: str) -> None:
    zones = good_zones()
    zones.records[name, "A"] = [code]
    found = check(zones, blocklists=LISTS)[finding]
    assert (found.severity, found.found) == (severity, code)


@pytest.mark.parametrize("code", ["127.255.255.252", "127.255.255.254", "127.255.255.255", "127.0.1.255"])
def test_not_allowed_to_ask_is_no_listing(code: str) -> None:
    zones = good_zones()
    zones.records[NAME, "A"] = [code]
    found = check(zones, blocklists=LISTS)
    assert "domain_listed" not in found
    assert found["blocklist_unanswered"].severity == "warns"


def test_an_address_of_an_account_is_asked_about() -> None:
    zones = good_zones()
    check(zones, blocklists=LISTS, sending_ips=("2001:db8::1",))
    assert any(name.startswith("1.0.0.0.") and name.endswith(".zen.spamhaus.org") for name, _ in zones.asked)
