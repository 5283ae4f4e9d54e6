"""Do the campaign screens say the same as each other, in words and numbers, and show what was chosen?"""

from __future__ import annotations

import pytest
from django.test import Client

from campaigns.audit import Actor, record
from campaigns.live_page import list_facts
from campaigns.reports.subjects import source_subject
from campaigns.sending.figures import Figures
from tests.campaigns.making import make_draft, make_list
from tests.console.test_campaigns import page, written

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]


def test_the_live_page_gives_the_rates_of_the_report() -> None:
    facts = {"sent": 400, "delivered": 200, "opened": 100, "bounced": 1}
    rates = {
        label: rate for label, _count, rate, _url in list_facts(Figures(facts=facts), source_subject("campaign:1"))
    }
    assert rates == {
        "Handed over": "", "Delivered": "50.0 %", "Opened": "50.0 %", "Clicked": "0.0 %", "Bounced": "0.25 %",
        "Spam reports": "0.0 %", "Unsubscribed": "0.0 %",
    }  # fmt: skip


def test_what_is_ticked_stands_first(boss: Client) -> None:
    make_list([], name="Alps")
    chosen = make_list([], name="Zoo")
    shown = page(boss, f"/campaigns/{make_draft(audience={'lists': [chosen.pk]}).pk}/")
    assert shown.index("Zoo") < shown.index("Alps")


def test_the_audit_log_names_states_and_lists_as_people_do(boss: Client) -> None:
    campaign = make_draft()
    before, after = {"state": "in_review", "audience": []}, {"state": "scheduled", "audience": ["New", "VIP"]}
    record(
        Actor(name="olga"), "approved", subject=campaign.source, subject_name="Spring sale", before=before, after=after
    )
    shown = page(boss, f"/audit/?subject={campaign.source}")
    assert "In review</del>" in shown
    assert "New, VIP" in shown
    assert "Only “Spring sale” is shown" in shown
    assert "in_review" not in shown


def test_the_audit_log_names_what_a_test_is_decided_by(boss: Client) -> None:
    campaign = make_draft()
    test = {"a-subject": "One", "b-subject": "Two", "test_percent": 20, "test_metric": "clicks", "test_hours": 4}
    boss.post(f"/campaigns/{campaign.pk}/save/?change=add", written(campaign, **test, test_ending="by_itself"))
    shown = page(boss, f"/audit/?subject={campaign.source}")
    assert "People who click" in shown
    assert "by_itself" not in shown
