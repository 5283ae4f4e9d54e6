"""Does a report show what became of mail, and does each of its numbers lead to the people behind it?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.reports.subjects import _titles
from config.ids import new_id
from notifications.delivery.models import Call, Provider
from preferences.models import Contact
from preferences.signals import unsubscribed
from tests.people import make_contact
from tests.results import buy, declare_purchases, make_mail, minutes, take_in, tell
from tests.types import parcel_type, publish_template
from tracking.conversions import attribute_due
from tracking.figures.sweeping import refresh_figures
from tracking.links import message_token
from tracking.models import Message
from tracking.schemas import forget_schema

pytestmark = [pytest.mark.django_db, pytest.mark.req("C4")]

SOURCE = "campaign:7"
PAGE = f"/reports/of-source/{SOURCE}/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


@pytest.fixture(autouse=True)
def _purchases() -> Iterator[None]:
    declare_purchases()
    yield
    for name in ("shop.bought", "shop.returned"):
        forget_schema(name)


@pytest.fixture
def campaign(ada: Contact, ben: Contact) -> list[Message]:
    """Three mails of a campaign: one clicked and paid, one opened by a machine only, one left."""
    cleo = make_contact("cleo@gmail.com", locale="de", time_zone="Europe/Vienna")
    at = timezone.now() - minutes(120)
    version = publish_template("offers", subject="Offers", body=BODY)
    mails = [
        make_mail(one, at=at, source=SOURCE, template_version_id=version.pk, template_ref=version.ref)
        for one in (ada, ben, cleo)
    ]
    take_in(
        *[tell(mail, "delivered", at + minutes(1)) for mail in mails],
        tell(mails[0], "opened", at + minutes(2), user_agent=PHONE),
        tell(mails[0], "clicked", at + minutes(3), link=1, user_agent=PHONE),
        tell(mails[1], "opened", at, machine="privacy_proxy"),
        tell(mails[1], "clicked", at, machine="known_agent", link=2),
        tell(mails[2], "opened", at + minutes(70)),
    )
    buy(ada, "19.90", at=at + minutes(9), number="17")
    unsubscribed.send(sender=None, contact=cleo, topic=None, type_key="", message_id=mails[2].pk, reason="")
    unsubscribed.send(sender=None, contact=cleo, topic=None, type_key="", message_id=mails[2].pk, reason="too_many")
    attribute_due()
    refresh_figures()
    return mails


BODY = (
    '<mj-button href="https://shop.example/sale">Sale</mj-button>'
    '<mj-button href="https://shop.example/new">New</mj-button>'
)


def context(boss: Client, path: str = PAGE) -> Any:
    answer: Any = boss.get(path)
    assert answer.status_code == 200
    return answer.context


def listed(boss: Client, url: str) -> int:
    """How many people stand behind a number; as many mails stand in the log."""
    page = context(boss, url)
    log = page["number"].log_url
    if log:
        assert len(context(boss, log)["rows"]) == page["size"].count
    assert len(page["people"]) == page["size"].count
    return int(page["size"].count)


@pytest.mark.usefixtures("campaign")
def test_the_funnel_leads_to_its_people(boss: Client) -> None:
    tiles = {tile.label: tile for tile in context(boss)["tiles"]}
    assert {label: tile.number for label, tile in tiles.items()} == {
        "Sent": 3, "Delivered": 3, "Opened": 2, "Clicked": 1, "Converted": 1, "Unsubscribed": 1, "Bounced": 0,
        "Spam reports": 0, "Opened by machines": 1, "Clicked by scanners": 1,
    }  # fmt: skip
    assert tiles["Clicked"].rate == "33.3 %"
    for tile in tiles.values():
        assert listed(boss, tile.url) == tile.number, tile.label


@pytest.mark.usefixtures("campaign")
def test_every_part_leads_to_its_people(boss: Client) -> None:
    page = context(boss)
    parts = [part for one in page["breakdowns"] for part in one.parts] + list(page["reasons"])
    assert {part.label for part in parts} >= {
        "Gmail",
        "Other",
        "Phone",
        "Austria",
        "German (de)",
        "You write too often",
    }
    for part in parts:
        assert listed(boss, part.url) == part.number, part.label
    for row in page["links"].rows:
        assert listed(boss, row.people_url) == row.clicked
    for one in page["income"]:
        assert (listed(boss, one.url), one.amount) == (1, "€19.90")


@pytest.mark.usefixtures("campaign", "new_types")
def test_a_type_has_a_report_of_its_days(boss: Client) -> None:
    parcel_type("offers", stream="marketing")
    page = context(boss, "/reports/of-type/offers/?days=7")
    assert (page["report"].totals["sent"], page["subject"].days) == (3, 7)
    for tile in page["tiles"]:
        assert listed(boss, tile.url) == tile.number, tile.label


def test_the_chart_has_every_hour(boss: Client, campaign: list[Message]) -> None:
    bars = context(boss)["chart"].bars
    assert sum(bar.counts["opened"] for bar in bars) == 2
    assert {(later.at - bar.at).total_seconds() for bar, later in pairwise(bars)} == {3600.0}


def test_shares_are_drawn_on_the_mail(boss: Client, campaign: list[Message]) -> None:
    mail = campaign[0]
    version = mail.template_version_id
    assert isinstance(version, UUID)
    provider = Provider.objects.create(key="p", kind="smtp", name="P")
    member = {"m": str(mail.pk), "a": "ada@example.com", "n": "", "r": ["Ada"], "t": [], "u": ""}
    call = Call.objects.create(
        provider=provider, stream="marketing", template_version_id=version, is_tracked=True, sender="S <s@example.com>",
        size=1, members=[member],
    )  # fmt: skip
    Message.objects.filter(pk=mail.pk).update(call_ids=[call.pk])
    drawn = context(boss)["links"]
    assert [(row.url, row.clicked, row.scanner_clicked, row.percent) for row in drawn.rows] == [
        ("https://shop.example/sale", 1, 0, "100 %"), ("https://shop.example/new", 0, 1, "0.0 %"),
    ]  # fmt: skip
    assert drawn.html.count(">1: 100 %</span>") == 1
    assert message_token(mail.pk) in drawn.html


def test_what_is_not_kept_is_not_drawn(boss: Client, campaign: list[Message]) -> None:
    assert context(boss)["links"].html == ""


def test_it_is_compared_with_the_median_and_another(boss: Client, campaign: list[Message]) -> None:
    for number, opened in ((1, 0), (2, 1), (3, 3)):
        mails = [
            make_mail(make_contact(f"p{number}{one}@example.com"), source=f"campaign:{number}") for one in range(4)
        ]
        take_in(*[tell(mail, "delivered", mail.created_at) for mail in mails],
                *[tell(mail, "opened", mail.created_at) for mail in mails[:opened]])  # fmt: skip
    refresh_figures()
    page = context(boss, f"{PAGE}?against=campaign:3")
    found = {one.label: one for one in page["comparison"]}["Opened"]
    assert (found.own, found.median, found.other, found.tone) == ("66.7 %", "25.0 %", "75.0 %", "good")
    assert page["median_of"] == 3


@pytest.mark.usefixtures("campaign")
def test_campaigns_give_their_names(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_titles, "campaign", {"7": "Summer sale"}.get)
    assert context(boss)["title"] == "Summer sale"
    assert "Summer sale" in boss.get("/reports/").content.decode()


@pytest.mark.usefixtures("campaign")
def test_figures_leave_as_csv(boss: Client) -> None:
    answer: Any = boss.get(f"{PAGE}figures.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    [whole] = [row for row in rows if row["axis"] == "all"]
    assert (whole["sent"], whole["clicked"], whole["scanner_clicked"]) == ("3", "1", "1")
    [paid] = [row for row in rows if row["axis"] == "currency"]
    assert (paid["value"], paid["conversions"], paid["revenue"]) == ("EUR", "1", "1990")
    assert 'filename="report-campaign-7.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize(
    "path", ["/reports/of-source/campaign:99/", "/reports/of-type/nothing/", "/reports/of-type/x/?days=0"]
)
def test_nothing_counted_is_said_so(boss: Client, path: str) -> None:
    assert "Nothing is counted of it" in boss.get(path).content.decode()
    assert boss.get(f"{urlsplit(path).path}figures.csv").status_code == 404


def test_a_report_is_no_more_work_for_more_mail(boss: Client, ada: Contact, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        make_mail(ada, source=SOURCE, at=timezone.now() - minutes(60 * number))
    refresh_figures()
    with django_assert_max_num_queries(25):
        boss.get(PAGE)


def test_a_mails_story_ends_with_what_it_led_to(boss: Client, campaign: list[Message]) -> None:
    page = boss.get(f"/messages/{campaign[0].pk}/").content.decode()
    assert "shop.bought, €19.90" in page
    assert "Put down to this mail: last click" in page


@pytest.mark.usefixtures("campaign")
def test_support_may_read_reports_and_strangers_not(somebody: Callable[..., Client], visitor: Client) -> None:
    assert somebody("support").get(PAGE).status_code == 200
    assert somebody().get(PAGE).status_code == 403
    assert visitor.get(PAGE).status_code == 302


def test_a_filter_of_the_log_is_read_back_into_its_form(boss: Client) -> None:
    page = boss.get("/messages/?device=phone&mailbox=gmail&country=AT&left_because=-").content.decode()
    assert 'value="phone" selected' in page
    assert parse_qs("country=AT")["country"][0] in page
    assert boss.get(f"/messages/?link=1&version={new_id()}").status_code == 200
