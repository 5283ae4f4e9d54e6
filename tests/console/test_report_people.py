"""Are the people behind a number of a report kept as a segment that counts the same?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Segment
from campaigns.segments import running
from campaigns.segments.running import TooSlow, count_people
from config import clock
from preferences.models import Contact
from preferences.signals import unsubscribed
from tests.people import make_contact, make_contacts
from tests.results import buy, declare_purchases, make_mail, minutes, take_in, tell
from tests.types import publish_template
from tracking.conversions import attribute_due
from tracking.figures.sweeping import refresh_figures
from tracking.models import Message
from tracking.schemas import forget_schema

pytestmark = [pytest.mark.django_db, pytest.mark.req("C4")]

PAGE = "/reports/of-source/campaign:7/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


@pytest.fixture(autouse=True)
def _purchases() -> Iterator[None]:
    running.forget()
    declare_purchases()
    yield
    running.forget()
    for name in ("shop.bought", "shop.returned"):
        forget_schema(name)


@pytest.fixture
def mails(ada: Contact, ben: Contact) -> list[Message]:
    """Six mails of a campaign to six people; Ada bought twice, one bounced, one left, one nobody opened."""
    at = timezone.now() - minutes(120)
    people = [ada, ben, make_contact("cleo@gmail.com", time_zone="Europe/Vienna"), *make_contacts(3)]
    version = publish_template("offers", subject="Offers")
    mails = [make_mail(one, at=at, source="campaign:7", template_version_id=version.pk) for one in people]
    take_in(
        *[tell(mail, "delivered", at + minutes(1)) for mail in mails[:5]],
        tell(mails[5], "bounced", at + minutes(1)),
        *[tell(mail, "opened", at + minutes(2), user_agent=PHONE) for mail in mails[:3]],
        tell(mails[0], "clicked", at + minutes(3), link=1, user_agent=PHONE),
        tell(mails[1], "opened", at, machine="privacy_proxy"),
    )
    for number in ("17", "18"):
        buy(ada, "19.90", at=at + minutes(9), number=number)
    for reason in ("", "other"):
        unsubscribed.send(
            sender=None, contact=people[2], topic=None, type_key="", message_id=mails[2].pk, reason=reason
        )
    attribute_due()
    refresh_figures()
    return mails


def context(client: Client, path: str) -> Any:
    answer: Any = client.get(path)
    assert answer.status_code == 200
    return answer.context


def keep(client: Client, url: str, name: str = "") -> Segment:
    """Press the button on the list behind a number."""
    client.post(url.replace("/people/", "/keep/"), {"name": name})
    return Segment.objects.latest("pk")


def size(segment: Segment) -> int:
    return count_people(segment.rule, at=clock.now(), inside=(segment.pk,)).count


@pytest.mark.usefixtures("mails")
def test_each_number_and_its_segment_agree(boss: Client) -> None:
    page = context(boss, PAGE)
    tiles = {tile.label: tile for tile in page["tiles"]}
    assert {label: tile.number for label, tile in tiles.items() if tile.number} == {
        "Sent": 6, "Delivered": 5, "Opened": 3, "Clicked": 1, "Converted": 2, "Unsubscribed": 1, "Bounced": 1,
        "Opened by machines": 1,
    }  # fmt: skip
    numbers = [(tile.url, tile.number) for label, tile in tiles.items() if label != "Converted"]
    numbers += [(part.url, part.number) for one in page["breakdowns"] for part in one.parts]
    numbers += [(row.people_url, row.clicked) for row in page["links"].rows]
    numbers += [(url, count) for bar in page["chart"].bars for count, url in bar.links]
    assert len(numbers) > 20
    for url, number in numbers:
        assert (size(keep(boss, url)), context(boss, url)["size"].count) == (number, number), url


@pytest.mark.usefixtures("mails")
def test_more_conversions_than_people_are_explained(boss: Client) -> None:
    shown = context(boss, f"{PAGE}people/?fact=converted")
    assert (shown["size"].count, shown["explained"]) == (1, "The report counts 2 conversions, of 1 person.")


def test_the_erased_are_missing_and_it_is_said(boss: Client, mails: list[Message]) -> None:
    Contact.objects.filter(pk=mails[1].contact_id).update(erased_at=timezone.now(), email="", address=None)
    shown = context(boss, f"{PAGE}people/?fact=opened")
    assert shown["size"].count == 2
    assert shown["explained"] == "1 of them was erased since, and is in no list."


@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize(("fact", "count"), [("not_opened", 2), ("not_clicked", 4), ("delivered", 5)])
def test_who_did_nothing_is_asked_for_too(boss: Client, fact: str, count: int) -> None:
    assert context(boss, f"{PAGE}people/?fact={fact}")["size"].count == count


@pytest.mark.usefixtures("mails")
def test_it_is_named_and_says_what_it_is(boss: Client) -> None:
    made = keep(boss, f"{PAGE}people/?fact=clicked")
    assert (made.name, keep(boss, f"{PAGE}people/?fact=clicked").name) == (
        "Clicked campaign:7", "Clicked campaign:7 (2)",
    )  # fmt: skip
    builder = boss.get(f"/segments/{made.pk}/").content.decode()
    assert "clicked in" in builder
    assert "campaign:7" in builder


def test_it_is_a_rule_and_grows(boss: Client, mails: list[Message]) -> None:
    made = keep(boss, f"{PAGE}people/?fact=clicked", "Clickers")
    take_in(tell(mails[1], "clicked", timezone.now(), link=1))
    assert (made.name, size(made)) == ("Clickers", 2)


def test_of_a_type_with_several_mails_a_person_counts_once(boss: Client, ada: Contact) -> None:
    for minute in range(3):
        make_mail(ada, at=timezone.now() - minutes(minute), source=f"event:{minute}", type_key="offers")
    shown = context(boss, "/reports/of-type/offers/people/?fact=sent&days=7")
    assert (shown["size"].count, shown["explained"]) == (1, "The report counts 3 mails, of 1 person.")
    assert size(keep(boss, "/reports/of-type/offers/people/?fact=sent&days=7")) == 1


@pytest.mark.usefixtures("mails")
def test_chosen_segments_are_counted_and_lead_to_their_people(boss: Client) -> None:
    openers = keep(boss, f"{PAGE}people/?fact=opened", "Openers")
    broken = Segment.objects.create(name="Broken", rule={"version": 1, "root": {"type": "nothing"}})
    page = context(boss, f"{PAGE}?segment={openers.pk}&segment={broken.pk}&segment=x&segment=999")
    found = {line.segment.name: line for line in page["lines"]}
    assert [cell.number for cell in found["Openers"].cells] == [3, 3, 1, 1, 1]
    assert found["Broken"].fault
    for cell in found["Openers"].cells:
        assert context(boss, cell.url)["size"].count == cell.number


@pytest.mark.usefixtures("mails")
def test_five_segments_at_a_time(boss: Client) -> None:
    made = [Segment.objects.create(name=f"All {number}") for number in range(7)]
    page = context(boss, f"{PAGE}?" + "&".join(f"segment={one.pk}" for one in made))
    assert (len(page["lines"]), page["is_too_many"]) == (5, True)


@pytest.mark.usefixtures("mails")
def test_a_segment_that_takes_too_long_says_so(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: Any, **_more: Any) -> Any:
        raise TooSlow("Counting took longer than 10 seconds and was stopped.")

    made = Segment.objects.create(name="Everyone")
    monkeypatch.setattr("campaigns.reports.by_segment.limited", never)
    assert "was stopped" in boss.get(f"{PAGE}?segment={made.pk}").content.decode()


@pytest.mark.parametrize(
    "asked",
    ["fact=nothing", "fact=sent&by=shoe&value=1", "fact=sent&segment=999", "fact=sent&segment=x",
     f"fact=sent&by=locale&value={'x' * 300}", "fact=sent&by=locale&value=%00",
     "fact=sent&segment=99999999999999999999"],
)  # fmt: skip
def test_numbers_that_no_report_has_are_not_found(boss: Client, asked: str) -> None:
    assert boss.get(f"{PAGE}people/?{asked}").status_code == 404
    assert boss.post(f"{PAGE}keep/?{asked}").status_code == 404


@pytest.mark.parametrize("asked", ["fact=sent&by=hour&value=noon", "fact=sent&by=day&value=2026-13-99"])
def test_a_time_that_is_none_is_said(boss: Client, asked: str) -> None:
    assert "Say which" in boss.get(f"{PAGE}people/?{asked}").content.decode()
    boss.post(f"{PAGE}keep/?{asked}")
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("mails")
def test_a_name_that_is_taken_is_refused(boss: Client) -> None:
    keep(boss, f"{PAGE}people/?fact=opened", "Mine")
    answer = boss.post(f"{PAGE}keep/?fact=clicked", {"name": "Mine"}, follow=True)
    assert "There is a segment “Mine” already" in answer.content.decode()


@pytest.mark.usefixtures("mails")
def test_support_sees_the_people_and_keeps_none(somebody: Callable[..., Client], visitor: Client) -> None:
    support = somebody("support")
    page = support.get(f"{PAGE}people/?fact=opened").content.decode()
    assert "ada@example.com" in page
    assert "Save as a segment" not in page
    assert support.post(f"{PAGE}keep/?fact=opened").status_code == 403
    assert somebody().get(f"{PAGE}people/?fact=opened").status_code == 403
    assert visitor.get(f"{PAGE}people/?fact=opened").status_code == 302
