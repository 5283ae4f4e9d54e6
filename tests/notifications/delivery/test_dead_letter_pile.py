"""Is somebody told when dead letters pile up, once, and is the alert cleared when they are worked off?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import clock
from notifications.delivery.deadletters import check_pile, discard
from notifications.delivery.deadletters.pile import PILE
from notifications.delivery.models import Alert
from tests.letters import bury_parcels
from tests.people import make_contacts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types"), pytest.mark.req("V5")]


def test_a_pile_raises_one_alert_however_often_it_is_looked_at() -> None:
    bury_parcels(make_contacts(PILE))
    assert [check_pile(), check_pile()] == [1, 1]
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject, alert.count) == ("dead_letters", "out_of_tries", 1)
    assert f"{PILE} mails" in alert.text


def test_a_few_raise_none() -> None:
    bury_parcels(make_contacts(PILE - 1))
    assert check_pile() == 0
    assert not Alert.objects.exists()


def test_mailboxes_that_do_not_exist_are_everyday_news() -> None:
    bury_parcels(make_contacts(PILE), cause="permanent_recipient")
    assert check_pile() == 0


def test_a_pile_that_was_worked_off_clears_its_alert() -> None:
    ids = bury_parcels(make_contacts(PILE))
    check_pile()
    discard(ids, at=clock.now())
    assert check_pile() == 0
    assert Alert.objects.get().cleared_at is not None


def test_an_old_pile_keeps_its_alert_for_a_day() -> None:
    bury_parcels(make_contacts(PILE))
    check_pile()
    with clock.shifted(timedelta(hours=5)):
        check_pile()
        assert Alert.objects.get().cleared_at is None
    with clock.shifted(timedelta(hours=25)):
        check_pile()
    assert Alert.objects.get().cleared_at is not None
