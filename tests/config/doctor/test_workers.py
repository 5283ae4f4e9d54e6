"""Does the doctor miss a worker, a stream's worker, the sweeper, and notice who fell silent?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.doctor.workers import find_worker_faults
from tests.config.doctor.asking import ask, make_worker

pytestmark = pytest.mark.django_db

ALL = "critical,transactional,notification,marketing,webhooks"


def _told() -> list[str]:
    return [what for _, what in ask(find_worker_faults)]


def test_no_worker_at_all() -> None:
    assert ask(find_worker_faults) == [("broken", "No worker is alive: events are taken, but no mail leaves.")]


def test_a_full_crew_is_not_mentioned() -> None:
    make_worker(ALL)
    make_worker("sweeper")
    assert _told() == []


def test_a_stream_without_a_worker() -> None:
    make_worker("critical,transactional,webhooks")
    make_worker("sweeper")
    assert _told() == ["No worker takes notification, marketing: its mail waits."]


def test_webhooks_without_a_worker() -> None:
    make_worker("critical,transactional,notification,marketing")
    make_worker("sweeper")
    assert _told() == ["No worker takes webhooks: reports of providers are stored and wait."]


def test_a_missing_sweeper() -> None:
    make_worker(ALL)
    [(severity, what)] = ask(find_worker_faults)
    assert severity == "broken"
    assert what.startswith("No sweeper runs")


def test_a_silent_worker_is_named() -> None:
    make_worker(ALL)
    make_worker("sweeper")
    make_worker("marketing", silent_for=timedelta(minutes=5))
    [(severity, what)] = ask(find_worker_faults)
    assert severity == "warning"
    assert what.startswith("Worker host:3 (marketing) has been silent for 5 min")


def test_one_that_has_been_silent_for_hours_is_forgotten() -> None:
    make_worker(ALL)
    make_worker("sweeper")
    make_worker("marketing", silent_for=timedelta(hours=2))
    assert _told() == []
