"""Two workers look at the same uncertain call at once: is it made again, whole, and by one of them?"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from config import clock
from notifications.delivery.models import Call, Outbox
from notifications.delivery.unknowns import _reconsider
from tests.letters import make_uncertain
from tests.people import make_contacts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("new_types")]

PEOPLE = 60
WORKERS = 4


@pytest.fixture
def call(providers: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Call:
    """An uncertain call at a provider with idempotency keys, whose values are all there."""
    ids = make_uncertain(make_contacts(PEOPLE), providers["resend"])
    made = Call.objects.get()
    made.members = [{"m": str(one), "a": "a@example.com", "n": "", "r": [], "t": [], "u": ""} for one in sorted(ids)]
    made.save(update_fields=["members"])
    return made


def test_one_of_many_makes_it_again(call: Call) -> None:
    for _ in range(5):
        Outbox.objects.update(state="unknown", due_at=clock.now())
        start = threading.Barrier(WORKERS)
        repeats: list[Any] = []

        def look(start: threading.Barrier = start, repeats: list[Any] = repeats) -> None:
            try:
                start.wait()
                repeats.append(_reconsider(call.pk))
            finally:
                connection.close()

        threads = [threading.Thread(target=look) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made = [repeat for repeat in repeats if repeat is not None]
        assert len(made) == 1
        assert len(made[0].rows) == PEOPLE
        assert set(Outbox.objects.values_list("state", flat=True)) == {"sending"}
