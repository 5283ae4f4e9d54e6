"""Are DKIM keys found, measured, and asked for where they are missing?"""

from __future__ import annotations

import pytest

from notifications.delivery.domains.asking import Account
from tests.notifications.delivery.domains.zones import DOMAIN, check, dkim_key, good_zones

pytestmark = pytest.mark.req("V8")

#: RSA keys of 512 bits are made by no library any more; this one was published for a test.
SHORT = (
    "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALTpQ1lmrLyQDHiuRk6LpxSWAnZ8rXXtEVYCYkAlqGc0Ri7b6Qp8bJ4s"
    "6Y6yZzjr5FkU1vV4mF0y0nXrQ0nJ0sMCAwEAAQ=="
)


@pytest.mark.parametrize(
    ("key", "code", "severity"),
    [
        (dkim_key(2048), "dkim", "ok"),
        (dkim_key(1024), "dkim_weak", "warns"),
        (SHORT, "dkim_short", "stops"),
        ("v=DKIM1; p=", "dkim_revoked", "stops"),
        ("v=DKIM1; p=not-a-key", "dkim_unreadable", "stops"),
        ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "dkim", "ok"),
    ],
)
def test_a_key_is_as_good_as_it_is_long(key: str, code: str, severity: str) -> None:
    assert check(good_zones(dkim=[key]))[code].severity == severity


def test_no_key_stops() -> None:
    finding = check(good_zones(dkim=[]))["dkim_missing"]
    assert finding.severity == "stops"
    assert "Looked for: mine" in finding.text


def test_a_providers_usual_selectors_are_found_unasked() -> None:
    zones = good_zones(dkim=[])
    zones.records[f"s1._domainkey.{DOMAIN}", "CNAME"] = ["s1.domainkey.u1.wl1.sendgrid.net"]
    zones.records["s1.domainkey.u1.wl1.sendgrid.net", "TXT"] = [dkim_key()]
    assert check(zones, selectors=(), accounts=(Account(kind="sendgrid"),))["dkim"].severity == "ok"


@pytest.mark.parametrize(
    ("kind", "kinds_of_records", "documented"),
    [
        ("mailgun", ["CNAME", "CNAME"], "documentation.mailgun.com"),
        ("sendgrid", ["CNAME", "CNAME", "CNAME"], "twilio.com"),
        ("postmark", ["TXT", "CNAME"], "postmarkapp.com"),
        ("ses", ["CNAME", "CNAME", "CNAME", "MX", "TXT"], "docs.aws.amazon.com"),
        ("sparkpost", ["TXT", "CNAME"], "developers.sparkpost.com"),
        ("brevo", ["CNAME", "CNAME"], "developers.brevo.com"),
        ("mailjet", ["TXT"], "documentation.mailjet.com"),
        ("resend", ["TXT", "MX", "TXT"], "resend.com"),
        ("smtp", ["TXT"], "rfc-editor.org"),
    ],
)
def test_each_kind_names_its_records_and_their_page(kind: str, kinds_of_records: list[str], documented: str) -> None:
    finding = check(good_zones(dkim=[]), selectors=(), accounts=(Account(kind=kind),))["dkim_missing"]
    assert [record.type for record in finding.records] == kinds_of_records
    assert all(record.name.endswith(DOMAIN) for record in finding.records)
    assert documented in finding.docs_url


def test_an_old_key_beside_a_good_one_only_warns() -> None:
    zones = good_zones()
    zones.records[f"k1._domainkey.{DOMAIN}", "TXT"] = ["v=DKIM1; p="]
    assert check(zones, accounts=(Account(kind="mailgun"),))["dkim_revoked"].severity == "warns"


def test_a_key_of_the_domain_above_is_found() -> None:
    found = check(good_zones(), domain=f"news.{DOMAIN}")
    assert f"mine._domainkey.{DOMAIN}" in found["dkim"].text
