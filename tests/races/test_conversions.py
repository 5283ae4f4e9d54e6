"""Two sweepers and late clicks at once: is each conversion decided once, and by the last click?"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from preferences.models import Contact
from tests.people import make_contacts
from tests.races.threads import in_thread
from tests.results import NOON, buy, declare_purchases, make_mail, minutes, take_in, tell
from tracking.conversions import attribute_due
from tracking.figures.sweeping import refresh_figures
from tracking.models import Conversion, Figure, FigureCohort
from tracking.schemas import forget_schema

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("K6")]

PEOPLE = 30


@pytest.fixture(autouse=True)
def _purchases() -> Iterator[None]:
    declare_purchases()
    yield
    for name in ("shop.bought", "shop.returned"):
        forget_schema(name)


def test_late_clicks_against_two_sweepers() -> None:
    """Each person clicked three mails in order, then bought; which report comes first is left to the threads."""
    people = make_contacts(PEOPLE)
    mails = [[make_mail(one, source=f"campaign:{number}") for number in range(3)] for one in people]
    clicks = [tell(mail, "clicked", NOON + minutes(number)) for three in mails for number, mail in enumerate(three)]
    random.Random(7).shuffle(clicks)
    is_over = False

    def click() -> None:
        for start in range(0, len(clicks), 10):
            take_in(*clicks[start : start + 10])

    def sweep() -> None:
        while not is_over:
            attribute_due()
            refresh_figures()

    sweepers = [in_thread(sweep) for _ in range(2)]
    for busy in [in_thread(click), in_thread(lambda: _shop(people))]:
        busy.join()
    is_over = True
    for sweeper in sweepers:
        sweeper.join()
    _look_again()
    assert set(Conversion.objects.values_list("source", "attributed_by")) == {("campaign:2", "click")}
    won = Figure.objects.get(source="campaign:2", axis="currency")
    assert (won.conversions, won.revenue) == (PEOPLE, PEOPLE * 1000)
    assert not Figure.objects.filter(axis="currency").exclude(source="campaign:2").exists()
    assert {row.clicked for row in Figure.objects.filter(axis="all")} == {PEOPLE}


def _shop(people: list[Contact]) -> None:
    for one in people:
        buy(one, "10", at=NOON + minutes(30))


def _look_again() -> None:
    """The second look, and all figures, whatever their rest."""
    Conversion.objects.update(due_at=NOON)
    attribute_due()
    for _ in range(2):
        refresh_figures()
        FigureCohort.objects.filter(due_at__isnull=False).update(due_at=NOON)
    refresh_figures()
