"""What do the screens about sending domains show and do?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.alerts import raise_alert
from notifications.delivery.domains import permission, resolver
from notifications.delivery.domains.checking import add_domain, check_domain, set_selectors
from notifications.delivery.models import Alert, Provider, Sender, SenderDomain
from notifications.delivery.senders import identity_of
from notifications.delivery.warmup_plans import start_plan
from tests.notifications.delivery.domains.zones import DOMAIN, good_zones

pytestmark = [pytest.mark.req("V8"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _no_dns(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.POSTRIDER_SENDERS = {"default": f"Shop <hello@{DOMAIN}>", "marketing": "News <hi@news.example>"}
    settings.POSTRIDER_DNS_SERVERS = ["127.0.0.1"]
    monkeypatch.setattr(resolver, "BUDGET_SECONDS", 0.2)


def page(client: Client, path: str = f"/domains/{DOMAIN}/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_domains_in_use_stand_there_before_anybody_looked(boss: Client) -> None:
    shown = page(boss, "/domains/")
    assert DOMAIN in shown
    assert "news.example" in shown
    assert shown.count("Not checked yet") == 2
    assert not SenderDomain.objects.exists()


def test_a_finding_comes_with_the_record_to_add(boss: Client) -> None:
    row = add_domain(DOMAIN)
    set_selectors(row, ["mine"])
    check_domain(row, at=timezone.now(), resolver=good_zones(dmarc=[]))
    shown = page(boss)
    assert "has no DMARC record" in shown
    assert f'value="_dmarc.{DOMAIN}"' in shown
    assert f'value="v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"' in shown


def test_what_somebody_published_is_text(boss: Client) -> None:
    row = add_domain(DOMAIN)
    check_domain(row, at=timezone.now(), resolver=good_zones(spf=["v=spf1 <script>alert(1)</script> ~all"]))
    assert "<script>alert" not in page(boss)
    assert "&lt;script&gt;alert" in page(boss)


def test_check_now_looks_up_and_stores(boss: Client) -> None:
    assert boss.post(f"/domains/{DOMAIN}/check/").status_code == 302
    assert SenderDomain.objects.get().checked_at is not None
    assert "Could not look up the MX record" in page(boss)


def test_selectors_are_stored_and_bad_ones_explained(boss: Client) -> None:
    boss.post(f"/domains/{DOMAIN}/selectors/", {"selectors": "s1, k2._domainkey.shop.example"})
    assert SenderDomain.objects.get().dkim_selectors == ["s1", "k2"]
    refused = boss.post(f"/domains/{DOMAIN}/selectors/", {"selectors": "s!"})
    assert "is no selector" in refused.content.decode()


def test_a_domain_is_added_in_its_one_spelling(boss: Client) -> None:
    assert boss.post("/domains/add/", {"domain": "Bücher.Example"})["Location"] == "/domains/xn--bcher-kva.example/"
    assert "without https" in boss.post("/domains/add/", {"domain": "https://x"}).content.decode()


def test_a_domain_nobody_knows_has_no_page(boss: Client) -> None:
    assert boss.get("/domains/other.example/").status_code == 404
    assert boss.post("/domains/other.example/check/").status_code == 404


def test_a_streams_sender_is_written_and_taken_back(boss: Client) -> None:
    boss.post("/senders/marketing/save/", {"name": "Ada, Shop", "address": "ada@x.example", "reply_to": ""})
    assert identity_of("marketing").sender == '"Ada, Shop" <ada@x.example>'
    assert "x.example" in page(boss, "/domains/")
    boss.post("/senders/marketing/save/", {"clear": "1"})
    assert not Sender.objects.exists()


@pytest.mark.parametrize("name", ["Ada\nBcc: x@y.example", "Ada\r"])
def test_a_name_cannot_break_the_header(boss: Client, name: str) -> None:
    boss.post("/senders/marketing/save/", {"name": name, "address": "ada@x.example"})
    assert not Sender.objects.filter(name__contains="\n").exists()
    assert not Sender.objects.filter(name__contains="\r").exists()


@pytest.mark.parametrize("role", ["marketer", "support"])
@pytest.mark.parametrize("path", ["/domains/add/", f"/domains/{DOMAIN}/check/", "/senders/marketing/save/"])
def test_only_developers_change(somebody: Callable[..., Client], role: str, path: str) -> None:
    assert somebody(role).post(path).status_code == 403


def test_a_marketer_looks_and_support_does_not(somebody: Callable[..., Client]) -> None:
    assert "Check now" not in page(somebody("marketer"))
    assert somebody("support").get("/domains/").status_code == 403


def test_a_developer_may_do_all_of_it(somebody: Callable[..., Client]) -> None:
    assert somebody("developer").post("/domains/add/", {"domain": "x.example"}).status_code == 302


def test_strangers_log_in_first(visitor: Client) -> None:
    assert visitor.get("/domains/").status_code == 302
    assert visitor.post(f"/domains/{DOMAIN}/check/").status_code == 302
    assert not SenderDomain.objects.exists()


@pytest.mark.parametrize("path", [f"/domains/{DOMAIN}/check/", "/domains/add/", "/senders/marketing/save/"])
def test_looking_changes_nothing(boss: Client, path: str) -> None:
    assert boss.get(path).status_code == 405


def test_a_domain_that_nothing_uses_is_removed_and_its_marketing_stopped(boss: Client) -> None:
    SenderDomain.objects.create(domain="old.example", verdict="fit")
    raise_alert("domain_unfit", "old.example", "Mend it.")
    assert "Marketing from it is stopped" in page(boss, "/domains/old.example/")
    assert boss.post("/domains/old.example/remove/")["Location"] == "/domains/"
    assert not SenderDomain.objects.exists()
    assert not Alert.objects.filter(cleared_at=None).exists()
    permission.forget()
    assert permission.may_send_marketing("old.example", is_simulated=False).reason == "domain_unfit"


@pytest.mark.parametrize("use", ["the sender of marketing mail", "the account Post", "the warm-up plan of Post"])
def test_a_domain_in_use_is_kept_and_its_use_named(boss: Client, use: str) -> None:
    name = "news.example" if "sender" in use else "old.example"
    SenderDomain.objects.create(domain=name)
    options = {"sender_domain": name} if "account" in use else {}
    account = Provider.objects.create(key="post", kind="mailgun", name="Post", options=options)
    if "warm-up" in use:
        start_plan(account.pk, name, steps=[50], at=timezone.now())
    assert f"in use by {use}. Give these another domain" in page(boss, f"/domains/{name}/")
    told = boss.post(f"/domains/{name}/remove/", follow=True).content.decode()
    assert f"Not removed: {name} is in use by {use}." in told
    assert SenderDomain.objects.filter(pk=name).exists()
