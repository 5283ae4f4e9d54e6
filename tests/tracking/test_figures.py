"""Are the figures what the log says, whatever comes twice, late or shuffled?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection

from config import clock
from config.ids import new_id
from preferences.models import Contact
from preferences.signals import unsubscribed
from tests.people import make_contact
from tests.results import NOON, buy, declare_purchases, make_mail, minutes, take_in, tell
from tracking import lifecycle
from tracking.conversions import attribute_due
from tracking.figures.families import device_expression
from tracking.figures.sweeping import REST, refresh_figures
from tracking.models import Conversion, Figure, FigureCohort, FigureMark, Message
from tracking.retention import purge_figures
from tracking.schemas import forget_schema

pytestmark = [pytest.mark.django_db, pytest.mark.req("C4")]

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"
PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"


@pytest.fixture(autouse=True)
def _purchases() -> Iterator[None]:
    declare_purchases()
    yield
    for name in ("shop.bought", "shop.returned"):
        forget_schema(name)


def count() -> None:
    """Everything that changed, whatever its rest."""
    refresh_figures()
    FigureCohort.objects.filter(due_at__isnull=False).update(due_at=NOON)
    refresh_figures()


def figure(axis: str = "all", value: str = "", source: str = "campaign:1") -> dict[str, int]:
    columns = ("sent", "delivered", "opened", "machine_opened", "clicked", "scanner_clicked", "bounced", "complained",
               "unsubscribed", "conversions", "revenue")  # fmt: skip
    rows = Figure.objects.filter(axis=axis, value=value, source=source)
    return {name: found for name in columns if (found := sum(getattr(row, name) for row in rows))}


def test_a_mail_counts_as_it_is_sent(ada: Contact) -> None:
    mail = Message.objects.create(contact=ada, source="campaign:1", type_key="offers", stream="marketing")
    count()
    assert figure() == {}
    lifecycle.mark_sent([(mail.pk, "p-1")], at=clock.now(), provider="p", call_id=new_id())
    count()
    assert figure() == {"sent": 1}


def test_people_and_machines_are_told_apart(ada: Contact, ben: Contact) -> None:
    first, second = make_mail(ada), make_mail(ben)
    take_in(
        tell(first, "opened", NOON, machine="privacy_proxy"), tell(first, "opened", NOON + minutes(1)),
        tell(first, "opened", NOON + minutes(2)), tell(first, "clicked", NOON + minutes(3), link=1),
        tell(second, "opened", NOON, machine="privacy_proxy"), tell(second, "clicked", NOON, machine="head_request"),
    )  # fmt: skip
    count()
    assert figure() == {"sent": 2, "opened": 1, "machine_opened": 2, "clicked": 1, "scanner_clicked": 1}


def test_reports_are_told_apart_by_what_the_mail_went_to(ada: Contact) -> None:
    cleo = make_contact("cleo@gmail.com", locale="de-AT", time_zone="Europe/Vienna")
    dora = make_contact("dora@gmail.com", locale="pt-BR")
    mails = [make_mail(one) for one in (ada, cleo, dora)]
    take_in(
        tell(mails[1], "opened", NOON, user_agent=PHONE),
        tell(mails[1], "clicked", NOON + minutes(1), user_agent=PC),
        tell(mails[2], "opened", NOON + minutes(70), user_agent=PC),
    )
    count()
    assert figure("mailbox", "gmail") == {"sent": 2, "opened": 2, "clicked": 1}
    assert figure("mailbox", "other") == {"sent": 1}
    assert figure("country", "AT") == {"sent": 1, "opened": 1, "clicked": 1}
    assert figure("country", "BR") == {"sent": 1, "opened": 1}
    assert figure("locale", "de-AT") == {"sent": 1, "opened": 1, "clicked": 1}
    assert figure("device", "desktop")["opened"] == 1
    assert figure("device", "phone") == {"sent": 1, "opened": 1, "clicked": 1}  # the first one that was used
    assert figure("hour", "2026-11-10T12") == {"sent": 3, "opened": 1, "clicked": 1}
    assert figure("hour", "2026-11-10T13") == {"opened": 1}


def test_links_count_people_not_presses(ada: Contact, ben: Contact) -> None:
    mails = [make_mail(one) for one in (ada, ben)]
    take_in(*[tell(mail, "clicked", NOON + minutes(n), link=1) for mail in mails for n in range(3)])
    take_in(tell(mails[0], "clicked", NOON, link=2), tell(mails[1], "clicked", NOON, link=2, machine="known_agent"))
    count()
    assert figure("link", "/1") == {"clicked": 2}
    assert figure("link", "/2") == {"clicked": 1, "scanner_clicked": 1}


def test_unsubscribes_have_their_reasons(ada: Contact, ben: Contact) -> None:
    for one, reason in ((ada, "too_many"), (ben, "")):
        mail = make_mail(one)
        for why in filter(None, ("", reason)) if reason else ("",):
            unsubscribed.send(sender=None, contact=one, topic=None, type_key="", message_id=mail.pk, reason=why)
    unsubscribed.send(
        sender=None, contact=ada, topic=None, type_key="", message_id=Message.objects.get(contact=ada).pk, reason=""
    )
    count()
    assert figure() == {"sent": 2, "unsubscribed": 2}
    assert figure("reason", "too_many") == {"unsubscribed": 1}
    assert figure("reason", "") == {"unsubscribed": 1}


def test_income_belongs_to_the_mail_and_its_currency(ada: Contact) -> None:
    take_in(tell(make_mail(ada), "clicked", NOON))
    buy(ada, "10.50", at=NOON + minutes(1), number="17")
    buy(ada, "3", at=NOON + timedelta(days=1), currency="USD")
    buy(ada, "0.50", at=NOON + timedelta(days=2), name="shop.returned", number="17")
    attribute_due()
    count()
    assert figure("currency", "EUR") == {"conversions": 1, "revenue": 1000}
    assert figure("currency", "USD") == {"conversions": 1, "revenue": 300}
    assert figure("revenue_day", "2026-11-10 EUR") == {"conversions": 1, "revenue": 1050}
    assert figure("revenue_day", "2026-11-12 EUR") == {"revenue": -50}


def test_mails_of_single_events_count_for_their_type(ada: Contact) -> None:
    for number in range(2):
        make_mail(ada, source=f"event:{number}")
    make_mail(ada, source="test:admin")
    count()
    assert figure(source="") == {"sent": 2}
    assert not Figure.objects.exclude(source="").exists()


def _fates(mail: Message, chance: random.Random) -> Iterator[tuple[Message, str, Any, str]]:
    for kind in chance.sample(("delivered", "opened", "clicked", "bounced", "complained"), 3):
        at = mail.created_at + minutes(chance.uniform(1, 3000))
        machine = chance.choice(["", "", "known_agent"]) if kind in {"opened", "clicked"} else ""
        for number in range(chance.randint(1, 3)):
            yield mail, kind, at + minutes(number), machine


@pytest.mark.parametrize("luck", range(4))
def test_duplicates_delays_and_shuffles_change_nothing(luck: int) -> None:
    """Against counts made in Python from what was told."""
    chance = random.Random(luck)
    people = [make_contact(f"p{number}@gmail.com") for number in range(12)]
    mails = [make_mail(one, at=NOON + minutes(40 * chance.random()), source=f"campaign:{chance.randint(1, 2)}")
             for one in people]  # fmt: skip
    told = [fact for mail in mails for fact in _fates(mail, chance)]
    reports = [tell(mail, kind, at, machine=machine, key=f"{number}") for number, (mail, kind, at, machine)
               in enumerate(told)]  # fmt: skip
    arriving = reports * 2
    chance.shuffle(arriving)
    for start in range(0, len(arriving), 21):
        take_in(*arriving[start : start + 21])
        count()
    names = {("opened", True): "machine_opened", ("clicked", True): "scanner_clicked"}
    expected: Counter[tuple[str, str]] = Counter((mail.source, "sent") for mail in mails)
    hours: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[Any, str], Any] = {}
    for mail, kind, at, machine in told:
        name = names.get((kind, bool(machine)), kind)
        first[mail, name] = min(first.get((mail, name), at), at)
    for (mail, name), at in first.items():
        expected[mail.source, name] += 1
        hours[mail.source, name, f"{at.astimezone(UTC):%Y-%m-%dT%H}"] += 1
    for source in ("campaign:1", "campaign:2"):
        assert figure(source=source) == {name: number for (whose, name), number in expected.items() if whose == source}
    for (source, name, hour), number in hours.items():
        assert figure("hour", hour, source)[name] == number


def test_what_costs_much_is_counted_less_often(ada: Contact) -> None:
    mail = make_mail(ada)
    take_in(tell(mail, "opened", NOON))
    refresh_figures()
    FigureCohort.objects.update(seconds=3)
    take_in(tell(mail, "clicked", NOON))
    refresh_figures()
    assert "clicked" not in figure()
    row = FigureCohort.objects.get()
    assert row.due_at is not None
    assert row.counted_at is not None
    assert row.due_at - row.counted_at == timedelta(seconds=3 * REST)
    with clock.shifted(timedelta(seconds=3 * REST + 1)):
        refresh_figures()
    assert figure()["clicked"] == 1
    assert not FigureMark.objects.exists()


def test_a_cohort_that_cannot_be_counted_holds_up_no_other(ada: Contact) -> None:
    make_mail(ada, source="campaign:66")
    make_mail(ada, at=NOON + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tracking_figure ADD CONSTRAINT broken CHECK (source <> 'campaign:66')")
    refresh_figures()
    assert figure() == {"sent": 1}
    assert FigureCohort.objects.filter(due_at__isnull=False).count() == 1


def test_a_provider_may_say_much(ada: Contact) -> None:
    mail = make_mail(ada)
    take_in(tell(mail, "unsubscribed", NOON, reason="r" * 300))
    count()
    assert figure("reason", "r" * 80) == {"unsubscribed": 1}


@pytest.mark.parametrize(
    ("agent", "family"),
    [(PHONE, "phone"), (PC, "desktop"), ("Mozilla/5.0 (iPad; CPU OS 18_0)", "tablet"), ("curl/8", ""), ("", ""),
     ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile Safari", "phone"), ("GoogleImageProxy", "webmail"),
     ("Mozilla/5.0 (Linux; Android 15; SM-X700)", "tablet"), ("Mozilla/5.0 (X11; Linux x86_64)", "desktop")],
)  # fmt: skip
def test_devices_by_what_they_say(agent: str, family: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {device_expression('a.agent')} FROM (SELECT %s AS agent) a", [agent])
        assert cursor.fetchone() == (family,)


def test_old_figures_and_conversions_go(ada: Contact, settings: Any) -> None:
    settings.POSTRIDER_FIGURE_DAYS = 30
    make_mail(ada)
    buy(ada, "5", at=NOON)
    count()
    with clock.shifted(NOON - clock.now() + timedelta(days=29)):
        assert purge_figures() == 0
    with clock.shifted(NOON - clock.now() + timedelta(days=31)):
        purge_figures()
    assert not Figure.objects.exists()
    assert not Conversion.objects.exists()
