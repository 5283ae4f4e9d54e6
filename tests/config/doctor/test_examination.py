"""Does the doctor tell the worst first, survive a question that fails, and end with the right code?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from config.doctor import examination, screen
from config.queues import STREAMS
from tests.config.doctor.asking import make_account, make_worker
from tests.docs.pages import ROOT

pytestmark = pytest.mark.django_db


def _doctor(*arguments: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        code = int(str(end.code))
    return code, out.getvalue()


def _make_well() -> None:
    call_command("sync_templates", verbosity=0)
    make_account("post", *STREAMS, is_simulated=True)
    make_worker("critical,transactional,notification,marketing,webhooks")
    make_worker("sweeper")


def test_a_sound_installation_ends_with_0() -> None:
    _make_well()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")  # the tests' own server does without
    code, text = _doctor()
    assert (code, text.splitlines()[-1].partition(":")[0]) == (0, "All is well")


def test_a_broken_one_ends_with_1_and_says_how_to_mend_it() -> None:
    code, text = _doctor()
    assert code == 1
    assert "Start them: manage.py workers" in text


def test_the_worst_comes_first() -> None:
    severities = [finding.severity for finding in examination.examine().findings]
    assert severities == sorted(severities, reverse=True)
    assert len(set(severities)) > 1


def test_json_carries_what_people_read() -> None:
    code, text = _doctor("--json")
    told: dict[str, Any] = json.loads(text)
    assert (code, told["is_broken"]) == (1, True)
    assert set(told["findings"][0]) == {"severity", "subject", "what", "mend", "page"}


def test_a_question_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_trouble(at: Any) -> list[Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(examination, "QUESTIONS", (find_trouble,))
    told = [finding.what for finding in examination.examine().findings]
    assert "Could not look at trouble: ZeroDivisionError." in told


def test_without_database_and_redis_it_still_answers() -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"], cwd=ROOT, env={**os.environ, **nowhere},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = json.loads(ended.stdout)["findings"]
    assert ended.returncode == 1
    assert [finding["subject"] for finding in told[:2]] == ["Database", "Redis"]


def test_the_health_page_says_the_same(admin_client: Client) -> None:
    screen.forget()
    frame = admin_client.get("/health/").content.decode()
    assert 'hx-trigger="load"' in frame
    findings = admin_client.get("/health/", headers={"HX-Request": "true"}).content.decode()
    assert "No worker is alive" in findings
    assert "<html" not in findings


def test_the_health_page_without_javascript(admin_client: Client) -> None:
    screen.forget()
    assert "No worker is alive" in admin_client.get("/health/?now").content.decode()


@pytest.mark.usefixtures("transactional_db")
def test_only_who_may_see_workers_sees_it(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("support", is_staff=True))
    assert client.get("/health/").status_code == 403
