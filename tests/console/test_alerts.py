from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from notifications.delivery.alerts import raise_alert
from notifications.delivery.models import Alert


@pytest.fixture
def alert(db: None) -> Alert:
    for _ in range(3):
        raise_alert("credentials_refused", "mailgun", "Mailgun refuses its <b>credentials</b>.")
    return Alert.objects.get()


@pytest.mark.parametrize("path", ["/", "/queues/", "/providers/", "/alerts/"])
@pytest.mark.req("V4")
def test_open_alerts_stand_on_the_screens_that_staff_looks_at(boss: Client, alert: Alert, path: str) -> None:
    page = boss.get(path).content.decode()
    assert "Credentials refused" in page
    assert "3 times" in page
    assert "&lt;b&gt;credentials" in page


def test_an_alert_is_cleared_and_noted(boss: Client, alert: Alert) -> None:
    page = boss.post(f"/alerts/{alert.pk}/clear/", headers={"HX-Request": "true"}).content.decode()
    assert "Credentials refused" not in page
    alert.refresh_from_db()
    assert alert.cleared_at is not None
    assert LogEntry.objects.get().change_message == "Cleared by hand."


@pytest.mark.parametrize(
    ("kind", "page"),
    [("dead_letters", "/dead-letters/?cause=mailgun"), ("breaker_open", "/providers/"), ("warmup_held", "/warm-up/")],
)
def test_an_alert_leads_to_where_it_is_seen_to(boss: Client, db: None, kind: str, page: str) -> None:
    raise_alert(kind, "mailgun", "Look.")
    assert f'href="{page}">mailgun</a>' in boss.get("/alerts/").content.decode()


def test_what_goes_on_is_raised_anew(boss: Client, alert: Alert) -> None:
    boss.post(f"/alerts/{alert.pk}/clear/")
    raise_alert("credentials_refused", "mailgun", "Again.")
    assert Alert.objects.filter(cleared_at=None).get().count == 1


def test_it_leads_back_to_our_own_pages_only(boss: Client, alert: Alert) -> None:
    assert boss.post(f"/alerts/{alert.pk}/clear/", {"from": "/queues/"})["Location"] == "/queues/"
    assert boss.post(f"/alerts/{alert.pk}/clear/", {"from": "//evil.example/"})["Location"] == "/"


def test_who_sees_no_accounts_sees_no_alerts(somebody: Callable[..., Client], alert: Alert) -> None:
    support = somebody("support")
    assert "Credentials refused" not in support.get("/").content.decode()
    assert support.get("/alerts/").status_code == 403
    assert support.post(f"/alerts/{alert.pk}/clear/").status_code == 403
