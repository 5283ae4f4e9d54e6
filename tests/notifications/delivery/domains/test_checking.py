"""Is what was found kept, told, and acted on?"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.queues import STREAMS, sweeps
from config.workers.sweeping import run_sweep
from notifications.delivery.domains import permission, resolver
from notifications.delivery.domains.checking import (
    BadSelector,
    add_domain,
    check_domain,
    findings_of,
    read_selectors,
    set_selectors,
)
from notifications.delivery.domains.names import BadDomain, normalise_domain
from notifications.delivery.domains.rechecking import recheck_due
from notifications.delivery.models import Alert, PoolMember, Provider, SenderDomain
from tests.notifications.delivery.domains.zones import DOMAIN, good_zones

pytestmark = [pytest.mark.req("V8"), pytest.mark.django_db]

NOW = timezone.now()


@pytest.fixture
def watched(settings: Any) -> SenderDomain:
    """shop.example, whose selector is known, in use by a real account."""
    settings.POSTRIDER_SENDERS = {"default": f"Shop <hello@{DOMAIN}>"}
    provider = Provider.objects.create(key="relay", kind="smtp", name="Relay")
    PoolMember.objects.bulk_create(PoolMember(stream=stream, provider=provider) for stream in STREAMS)
    row = add_domain(DOMAIN)
    set_selectors(row, ["mine"])
    return row


def test_a_domain_in_order_is_fit_for_marketing(watched: SenderDomain) -> None:
    check_domain(watched, at=NOW, resolver=good_zones())
    assert (watched.verdict, watched.checked_at) == ("fit", NOW)
    assert permission.may_send_marketing(DOMAIN, is_simulated=False).allowed


def test_an_unfit_one_is_held_with_its_findings(watched: SenderDomain) -> None:
    check_domain(watched, at=NOW, resolver=good_zones(dmarc=[]))
    assert permission.may_send_marketing(DOMAIN, is_simulated=False).reason == "domain_unfit"
    assert findings_of(watched)[0].code == "dmarc_missing"
    assert findings_of(watched)[0].records[0].name == f"_dmarc.{DOMAIN}"


def test_one_that_was_never_checked_is_held() -> None:
    assert permission.may_send_marketing(DOMAIN, is_simulated=False).reason == "domain_unfit"


def test_a_simulated_account_is_never_held() -> None:
    assert permission.may_send_marketing(DOMAIN, is_simulated=True).allowed


def test_staff_hears_of_it_until_it_is_mended(watched: SenderDomain) -> None:
    check_domain(watched, at=NOW, resolver=good_zones(dmarc=[]))
    assert "dmarc_missing" in Alert.objects.get(kind="domain_unfit", subject=DOMAIN, cleared_at=None).text
    check_domain(watched, at=NOW, resolver=good_zones())
    assert not Alert.objects.filter(cleared_at=None).exists()


def test_a_domain_that_nobody_uses_raises_no_alert() -> None:
    check_domain(add_domain(DOMAIN), at=NOW, resolver=good_zones(dmarc=[]))
    assert not Alert.objects.exists()


def test_each_domain_is_looked_up_once_a_day(watched: SenderDomain) -> None:
    assert recheck_due(at=NOW, resolver=good_zones()) == 1
    assert recheck_due(at=NOW + timedelta(hours=23), resolver=good_zones()) == 0
    assert recheck_due(at=NOW + timedelta(hours=25), resolver=good_zones()) == 1


def test_who_only_simulates_asks_nobody() -> None:
    Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun", is_simulated=True)
    zones = good_zones()
    assert recheck_due(at=NOW, resolver=zones) == 0
    assert zones.asked == []


@pytest.mark.parametrize(("written", "read"), [("S1", "s1"), ("s1._domainkey.shop.example", "s1"), (" a.b ", "a.b")])
def test_selectors_are_read_as_people_paste_them(written: str, read: str) -> None:
    assert read_selectors([written]) == [read]


@pytest.mark.parametrize("bad", ["", "a b", "a;b", "-a", "x" * 64])
def test_what_is_no_selector_is_refused(bad: str) -> None:
    with pytest.raises(BadSelector):
        read_selectors([bad])


@pytest.mark.parametrize(("written", "read"), [("Shop.Example.", DOMAIN), ("bücher.example", "xn--bcher-kva.example")])
def test_domains_have_one_spelling(written: str, read: str) -> None:
    assert normalise_domain(written) == read


@pytest.mark.parametrize("bad", ["", "localhost", "a@b.example", "https://b.example", "a..example", "-a.example"])
def test_what_is_no_domain_is_refused(bad: str) -> None:
    with pytest.raises(BadDomain):
        normalise_domain(bad)


@pytest.fixture
def no_dns(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not answer."""
    settings.POSTRIDER_DNS_SERVERS = ["127.0.0.1"]
    monkeypatch.setattr(resolver, "BUDGET_SECONDS", 0.2)


@pytest.mark.usefixtures("no_dns")
@pytest.mark.django_db(transaction=True)
def test_the_sweep_does_not_wait_for_dns(watched: SenderDomain) -> None:
    assert run_sweep(next(sweep for sweep in sweeps() if sweep.name == "domains"))
    for thread in threading.enumerate():
        if thread.name == "domains":
            thread.join(10)
    watched.refresh_from_db()
    assert watched.checked_at is not None
    assert watched.verdict == "unchecked"


@pytest.mark.usefixtures("no_dns")
def test_the_command_says_in_words_what_it_could_not_look_up() -> None:
    told = StringIO()
    call_command("check_domain", DOMAIN, "--selector", "mine", stdout=told)
    assert "Could not look up the MX record of shop.example" in told.getvalue()
    assert SenderDomain.objects.get().dkim_selectors == ["mine"]


@pytest.mark.usefixtures("no_dns")
def test_the_command_speaks_json() -> None:
    told = StringIO()
    call_command("check_domain", DOMAIN, "--selector=mine", "--json", stdout=told)
    answer = json.loads(told.getvalue())
    assert (answer["domain"], answer["verdict"]) == (DOMAIN, "unchecked")
    assert {"mx_unanswered", "spf_unanswered"} <= {finding["code"] for finding in answer["findings"]}


@pytest.mark.usefixtures("no_dns")
def test_the_command_fails_where_something_stops() -> None:
    told = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_domain", DOMAIN, stdout=told)  # no selector is known
    assert ended.value.code == 1
    assert "STOPS  No DKIM key" in told.getvalue()
    assert "add:   TXT   SELECTOR._domainkey.shop.example" in told.getvalue()


def test_the_command_refuses_what_is_no_domain() -> None:
    with pytest.raises(CommandError, match=r"mail\.example\.com"):
        call_command("check_domain", "shop")
