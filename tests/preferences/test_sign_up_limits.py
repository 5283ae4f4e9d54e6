"""Can a form be turned against somebody? Not with 10,000 sign-ups, not from many networks, not with Redis down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from config import clock
from preferences.models import ConsentRecord, Contact, SignUp, SignUpCount
from preferences.sign_up_limits import PER_ADDRESS, PER_NETWORK, network_of, purge_counts, take_place
from preferences.sign_ups import Asked, confirm_sign_up, request_sign_up
from tests.sign_ups import fill_in, make_form
from tracking.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.req("P6")
@pytest.mark.django_db(transaction=True)  # as requests are; in one transaction, rows would gather old versions
def test_ten_thousand_sign_ups_for_one_victim_are_one_mail() -> None:
    form, at = make_form(), clock.now()
    topics = list(form.topics.all())
    for number in range(10_000):
        address = ("victim@example.com", "Victim@Example.com", " VICTIM@example.COM ")[number % 3]
        request_sign_up(Asked(form=form, wording=form.wording, topics=topics, email=address), at=at)
    assert (SignUp.objects.count(), ConsentRecord.objects.count(), Contact.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(name="sign_up.requested").count() == 1


def test_the_next_day_there_may_be_another() -> None:
    form, at = make_form(), clock.now()
    for hours in (0, 1, 23, 24, 25):
        asked = Asked(form=form, wording=form.wording, topics=list(form.topics.all()), email="victim@example.com")
        request_sign_up(asked, at=at + timedelta(hours=hours))
    assert SignUp.objects.count() == 2


def test_who_confirms_may_sign_up_for_more_at_once() -> None:
    at = clock.now()
    for key in ("first", "second"):
        form = make_form(key)
        asked = Asked(form=form, wording=form.wording, topics=list(form.topics.all()), email="dora@example.com")
        made = request_sign_up(asked, at=at)
        assert made is not None
        confirm_sign_up(made, ip=None, at=at)
    assert SignUp.objects.filter(confirmed_at__isnull=False).count() == 2


def test_one_network_gets_only_so_far(visitor: Client) -> None:
    form = make_form()
    answers = [
        fill_in(visitor, form, f"p{number}@example.com", ip=f"2001:db8::{number:x}")
        for number in range(PER_NETWORK.most + 1)
    ]
    assert {one.status_code for one in answers[:-1]} == {303}
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "3600"
    assert f"p{PER_NETWORK.most}@example.com" in answers[-1].content.decode()
    assert fill_in(visitor, form, "ada@example.com", ip="2001:db8:1::1").status_code == 303


def test_one_form_gets_only_so_far(visitor: Client) -> None:
    form, at = make_form(), clock.now()
    fill_in(visitor, form, "ada@example.com")
    SignUpCount.objects.filter(key__startswith="form:").update(count=1_000, until=at + timedelta(hours=1))
    assert fill_in(visitor, form, "ben@example.com").status_code == 429


def test_the_limits_hold_with_redis_down(visitor: Client, settings: object) -> None:
    from config.queues import reset_bell

    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # type: ignore[attr-defined]
    reset_bell()
    form = make_form()
    for _ in range(3):
        assert fill_in(visitor, form, "victim@example.com").status_code == 303
    assert SignUp.objects.count() == 1


def test_counts_name_nobody_and_go() -> None:
    at = clock.now()
    take_place(PER_ADDRESS, "victim@example.com", at=at)
    assert "victim" not in SignUpCount.objects.get().key
    assert purge_counts(at=at + timedelta(hours=23)) == 0
    assert purge_counts(at=at + timedelta(hours=25)) == 1


@pytest.mark.parametrize(("ip", "network"), [
    ("192.0.2.7", "192.0.2.7"), ("2001:db8::7", "2001:db8::/64"), ("::ffff:192.0.2.7", "192.0.2.7"), (None, ""),
    ("nonsense", ""),
])  # fmt: skip
def test_a_network_is_whose_it_is(ip: str | None, network: str) -> None:
    assert network_of(ip) == network
