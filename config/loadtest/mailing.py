"""Which campaign does a load test send? The newsletter, to made-up people on a list, approved by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import connection

from campaigns.audit import Actor
from campaigns.models import Campaign
from campaigns.sending.starting import begin
from config import clock
from config.loadtest.newsletter import publish_newsletter
from preferences.models import ContactList, Topic

TOPIC = "weekly-offers"
TESTER = Actor(name="loadtest")


def make_mailing(people: Sequence[int], **fields: Any) -> Campaign:
    """A campaign to these contacts that waits to be begun."""
    version = publish_newsletter()
    name = f"loadtest {uuid4().hex[:12]}"
    made, at = ContactList.objects.create(name=name), clock.now()
    with connection.cursor() as cursor:
        with cursor.copy("COPY preferences_listmember (list_id, contact_id, added_at) FROM STDIN") as copy:
            for one in people:
                copy.write_row((made.pk, one, at))
        cursor.execute("ANALYZE preferences_listmember")
    return Campaign.objects.create(
        name=name, topic=Topic.objects.get_or_create(key=TOPIC, defaults={"name": "Weekly offers"})[0],
        template=version.template, versions={"": str(version.pk)}, audience={"lists": [made.pk]},
        schedule=Campaign.Schedule.AT, state=Campaign.State.SCHEDULED, **fields,
    )  # fmt: skip


def press_send(campaign: Campaign) -> None:
    """As the button does. Raises Refused when it was pressed before."""
    begin(campaign, at=clock.now(), by=TESTER)
