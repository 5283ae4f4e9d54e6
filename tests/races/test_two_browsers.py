"""Do several people who approve and send the same campaign in the same moment, each in a browser, send it once?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from campaigns.models import Campaign, CampaignRun
from campaigns.sending.states import S
from notifications.delivery.models import PoolMember, Provider
from tests.campaigns.conftest import look_after_all
from tests.campaigns.making import make_draft
from tests.people import make_contacts
from tests.races.threads import in_thread
from tests.types import publish_template
from tracking.models import Message

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db(transaction=True)]


def test_two_browsers_that_approve_and_send_at_once_make_one_run(settings: Any) -> None:
    settings.POSTRIDER_SELF_APPROVAL = False
    people = make_contacts(3)
    campaign = approvable()
    pages: list[str] = []

    def press(name: str) -> None:
        browser = Client()
        browser.force_login(User.objects.create_superuser(name))
        answer = browser.post(f"/campaigns/{campaign.pk}/do/approve/", {"revision": campaign.revision}, follow=True)
        pages.append(answer.content.decode())

    for thread in [in_thread(partial(press, name)) for name in ("ari", "bo", "cleo")]:
        thread.join()
    assert sum("Approved: it is leaving now." in one for one in pages) == 1
    assert sum("campaign is freezing by now. Somebody else, or the clock, was faster." in one for one in pages) == 2
    look_after_all()
    assert CampaignRun.objects.count() == 1
    sent = Message.objects.filter(source=campaign.source).values_list("contact_id", flat=True)
    assert sorted(sent) == [one.pk for one in people]


def approvable() -> Campaign:
    """A campaign that waits for its approval, with nothing to mend."""
    account = Provider.objects.create(key="sim", kind="mailgun", name="Simulated", is_simulated=True)
    PoolMember.objects.create(stream="marketing", provider=account)
    body = (
        "<mj-text>Spring has come, and with it {{ brand.address }}</mj-text><mj-text>"
        '<a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
    )
    version = publish_template("ready", subject="Spring is here", body=body)
    return make_draft(template=version.template, state=S.IN_REVIEW)
