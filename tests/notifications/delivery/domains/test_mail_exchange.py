"""Is it seen whether a From domain takes mail?"""

from __future__ import annotations

import pytest

from tests.notifications.delivery.domains.zones import DOMAIN, Zones, check, good_zones

pytestmark = pytest.mark.req("V8")


@pytest.mark.parametrize(
    ("mx", "code", "severity"),
    [(["10 mail.shop.example"], "mx", "ok"), (["0 ."], "mx_null", "stops"), ([], "mx_unreachable", "stops")],
)
def test_a_mail_server_is_wanted(mx: list[str], code: str, severity: str) -> None:
    assert check(good_zones(mx=mx))[code].severity == severity


def test_a_web_address_is_a_poor_mail_server() -> None:
    zones = good_zones(mx=[])
    zones.records[DOMAIN, "A"] = ["192.0.2.1"]
    assert check(zones)["mx_missing"].severity == "warns"


def test_of_a_domain_that_does_not_exist_nothing_else_is_said() -> None:
    assert [*check(Zones({("other.example", "A"): ["192.0.2.1"]}))] == ["domain_missing"]
