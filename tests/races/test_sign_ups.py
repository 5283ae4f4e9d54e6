"""Many sign-ups for one address, and many presses of one button, at the same moment: is it one mail and one entry?"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from config import clock
from preferences.models import Choice, ConsentRecord, SignUp
from preferences.sign_ups import Asked, confirm_sign_up, request_sign_up
from tests.sign_ups import make_form
from tracking.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 12


def at_once(run: Callable[[], Any]) -> list[Any]:
    """The results of so many runs that begin together, each on a connection of its own."""
    results: list[Any] = []
    start = threading.Barrier(AT_ONCE)

    def one() -> None:
        try:
            start.wait()
            results.append(run())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.req("P6")
def test_a_flood_of_sign_ups_is_one_mail_and_a_flood_of_presses_one_entry() -> None:
    form, at = make_form(), clock.now()
    asked = Asked(form=form, wording=form.wording, topics=list(form.topics.all()), email="victim@example.com")
    made = at_once(lambda: request_sign_up(asked, at=at))
    assert sum(one is not None for one in made) == 1
    assert len(made) == AT_ONCE
    assert Event.objects.filter(name="sign_up.requested").count() == 1

    confirmed = at_once(lambda: confirm_sign_up(SignUp.objects.get(), ip=None, at=at))
    assert sorted(confirmed) == [False] * (AT_ONCE - 1) + [True]
    assert list(ConsentRecord.objects.order_by("pk").values_list("action", flat=True)) == ["asked", "confirmed"]
    assert Choice.objects.get().frequency == "immediate"
