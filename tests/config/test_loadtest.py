from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from config import clock
from config.loadtest import feeding
from config.loadtest.accounts import accounts
from config.loadtest.campaign import _first_claim, make_mailing
from config.loadtest.feeding import Feeder
from config.loadtest.figures import percentile, rate
from config.loadtest.newsletter import publish_newsletter
from config.loadtest.options import Failed
from config.loadtest.people import ensure_people
from config.loadtest.reports import STORY, write_posts
from notifications.compose.render import TOKEN, Slot, load_version
from notifications.delivery.models import Outbox
from notifications.delivery.outbox import lease_time
from notifications.delivery.simulated import ensure_simulated_providers
from preferences.models import Contact
from tracking.models import Message

ROOT = Path(__file__).resolve().parents[2]


def test_percentiles() -> None:
    values = [float(number) for number in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)) == (51, 100, 0)


def test_a_rate_of_no_time_is_none() -> None:
    assert rate(100, 0) == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["events", "--endpoint", "http://127.0.0.1:9"], "hand nothing over"),
        (["campaign", "--endpoint", "127.0.0.1:9"], "must be http"),
        (["campaign", "--endpoint", "smtp://127.0.0.1:9", "--provider", "mailgun"], "goes with --provider smtp"),
    ],
)
def test_an_endpoint_that_does_not_fit_is_refused(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("loadtest", *arguments)


def test_not_in_production(settings: Any) -> None:
    settings.POSTRIDER_ENV = "production"
    with pytest.raises(CommandError, match="not for production"):
        call_command("loadtest", "events")


@pytest.mark.django_db
def test_people_are_made_once() -> None:
    first = ensure_people(5)
    assert ensure_people(3) == first[:3]
    assert Contact.objects.count() == 5


@pytest.mark.django_db
def test_the_newsletter_is_as_large_as_the_docs_say() -> None:
    version = load_version(publish_newsletter().pk, tracked=True)
    static = "".join(part for part in version.html if isinstance(part, str))
    assert 40_000 < len(static.encode()) < 50_000
    assert static.count("/c/") == 12
    assert sum(isinstance(part, Slot) and part != TOKEN for part in version.html) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["mailgun", "sendgrid", "postmark", "resend"])
def test_reports_of_the_load_test_are_taken(kind: str, client: Any, settings: Any) -> None:
    provider = next(one for one in ensure_simulated_providers() if one.kind == kind)
    message_id = uuid4()
    for post in write_posts(provider, [(message_id, "ada@example.com")], number=len(STORY)):
        headers = {name: value for name, value in post.headers if name != "content-type"}
        path = post.url.removeprefix(settings.POSTRIDER_PUBLIC_URL)
        answered = client.post(path, post.body, content_type="application/json", headers=headers)
        assert answered.status_code == 200


def _feeder(number: int) -> Feeder:
    return Feeder(ensure_people(number), make_mailing(publish_newsletter()))


@pytest.mark.django_db
def test_a_campaign_is_fed_as_room_comes_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "MOST_OPEN", 5)
    monkeypatch.setattr(feeding, "SLICE", 2)
    feeder = _feeder(9)
    assert feeder.fill() == feeder.fill() == 4
    Outbox.objects.all().delete()
    assert feeder.fill() == 4
    Outbox.objects.all().delete()
    assert feeder.fill() == 1
    assert Message.objects.values("contact").distinct().count() == 9


@pytest.mark.django_db
def test_what_another_run_left_claimed_does_not_move_the_first_claim() -> None:
    moment, people, version = clock.now(), ensure_people(1), publish_newsletter()
    left, ours = make_mailing(version), make_mailing(version)
    for mailing, claimed_at in ((left, moment - timedelta(minutes=2)), (ours, moment)):
        Feeder(people, mailing).fill()
        until = claimed_at + lease_time()
        Outbox.objects.filter(source=mailing.source).update(state="claimed", lease_until=until)
    assert _first_claim(ours.source) == moment
    Outbox.objects.filter(source=ours.source).delete()
    with pytest.raises(Failed, match="before it could be timed"):
        _first_claim(ours.source)


@pytest.mark.django_db
def test_people_who_have_no_mail_yet_are_all_submitted() -> None:
    assert _feeder(3).fill() == Message.objects.count() == 3


@pytest.mark.django_db
def test_an_unknown_account_is_refused() -> None:
    with (
        pytest.raises(Failed, match="no simulated account"),
        accounts("pigeon", stream="marketing", has_simulator=False),
    ):
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [("events", "--events", "50"), ("campaign", "--recipients", "2000"),
     ("campaign", "--recipients", "1000", "--provider", "smtp"), ("webhooks", "--events", "90"),
     ("latency", "--events", "3"), ("preferences", "--contacts", "30"), ("render", "--messages", "200")],
)  # fmt: skip
def test_a_scenario_ends_in_one_object(arguments: tuple[str, ...], tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "loadtest", *arguments, "--json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "POSTRIDER_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    outcome = json.loads(run.stdout.splitlines()[-1])
    assert {"rate", "seconds", "rss_mb"} <= set(outcome)
    assert outcome["rate"] > 0
