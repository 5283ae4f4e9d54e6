"""What would staff have left in the console if an attacker had written it? Rows of each, to be spoilt afterwards."""

from __future__ import annotations

from typing import Any

from campaigns.models import Campaign, CampaignRecipient, CampaignRun, Segment
from config import clock
from notifications.compose.models import TemplateVersion
from notifications.compose.preflight.models import Acknowledgement, PreflightOverride
from notifications.delivery.models import SeedList, TemplateTest, WorkerBeat
from preferences.models import (
    Attribute,
    BulkEdit,
    Contact,
    ContactExport,
    ContactImport,
    ContactList,
    ContactMerge,
    ExportPart,
    ImportChange,
    ImportPart,
    ImportRow,
    ListMember,
    Topic,
)
from tracking.models import Conversion, Event, Figure, Message

#: So many of what stands in a list: the corpus is spread over them.
_SOME = 12


def leave_behind(people: list[Contact], payloads: list[str]) -> None:
    """What has rows only where somebody works: tests of mails, tables of contacts, segments, campaigns, figures."""
    _test_mails(people)
    _count_figures(people, payloads)
    for number in range(_SOME):
        _define_contacts(people, number)
        _bring_in(people, number)
        _plan(people, number)
    ContactMerge.objects.create(loser=people[-1], winner=people[-2], taken=["first_name", "attributes.x"])
    WorkerBeat.objects.create(name="worker", host="x", pid=1, queues="marketing")


def _test_mails(people: list[Contact]) -> None:
    """Tests, seed lists, and warnings that were passed over, of the mail that is sent."""
    version = TemplateVersion.objects.filter(template__key="parcel").order_by("-number")[0]
    test = TemplateTest.objects.create(
        template=version.template, ref="x", stream="marketing", rendered_as="x", mails=_SOME, author="x"
    )
    mails = Message.objects.filter(contact__in=people[20 : 20 + _SOME])
    assert mails.update(source=test.source) == _SOME
    for number in range(_SOME):
        SeedList.objects.create(name=f"{number}", addresses=["x", "y"], author="x")
        Acknowledgement.objects.create(
            template=version.template, key=f"{number}", code="x", sentence="x", author="x"
        )  # fmt: skip
        PreflightOverride.objects.create(
            version=version, findings=[{"code": "x", "sentence": "x", "place": "x"}], note="x", author="x"
        )


def _count_figures(people: list[Contact], payloads: list[str]) -> None:
    """What was bought, and counted: the names of events, references, links, languages."""
    events = Event.objects.filter(contact__in=people[:_SOME]).order_by("pk")[:_SOME]
    mails = Message.objects.filter(contact__in=people[:_SOME])
    of_contact = {one.contact_id: one for one in mails}
    for one in events:
        assert one.contact_id is not None
        Conversion.objects.create(
            event=one, contact_id=one.contact_id, name="x", amount=100, currency="EUR", reference="x", refunds="x",
            occurred_at=clock.now(), click_seconds=1, open_seconds=1, due_at=None, type_key="parcel",
            message=of_contact.get(one.contact_id), source="campaign:1", attributed_by="click",
        )  # fmt: skip
    Figure.objects.create(cohort=clock.now(), type_key="parcel", axis="all", sent=9, delivered=9, opened=5, clicked=3)
    for axis in ("mailbox", "device", "country", "locale", "reason"):
        for payload in payloads:
            Figure.objects.create(
                cohort=clock.now(), type_key="parcel", axis=axis, value=payload[:80], sent=9, delivered=9, clicked=3
            )


def _define_contacts(people: list[Contact], number: int) -> None:
    Attribute.objects.create(key=f"a{number}", name="x", kind="text", description="x")
    listed = ContactList.objects.create(name=f"{number}", description="x")
    for person in people[:3]:
        ListMember.objects.create(list=listed, contact=person)
    BulkEdit.objects.create(
        audience=f"list:{listed.pk}", audience_name="x", action="set_attribute", subject="a0", value="x",
        described="x", last_id=9,
    )  # fmt: skip
    table = ContactExport.objects.create(audience="all", audience_name="x", columns=["email", "x"], last_id=9)
    ExportPart.objects.create(table=table, number=1, text="x")


def _bring_in(people: list[Contact], number: int) -> None:
    """A table of contacts in each of its states, with rows that are refused and noted."""
    states = ContactImport.State.values
    columns = [{"name": "x", "target": "email"}, {"name": "x", "target": "attribute:a0"}, {"name": "x", "target": ""}]
    table = ContactImport.objects.create(
        file_name="x", encoding="utf-8", separator=",", columns=columns, state=states[number % len(states)], parts=1,
        list=ContactList.objects.order_by("pk").last(), consent_source="x", rows_read=3, last_number=3, faulty=1,
    )  # fmt: skip
    ImportPart.objects.create(table=table, number=1, first_line=1, text="x,x,x")
    for line in range(1, 4):
        ImportRow.objects.create(
            table=table, number=line, email="x", address="x", columns={"first_name": "x"}, attributes={"a0": "x"},
            topics={"1": True}, fault="x" if line == 1 else "", note="x", excerpt="x",
        )  # fmt: skip
    ImportChange.objects.create(
        table=table, contact=people[number], before={"columns": {"first_name": "x"}}, after={"attributes": {"a0": "x"}},
        is_new=False,
    )  # fmt: skip


def _plan(people: list[Contact], number: int) -> None:
    """A segment, and a campaign of it in each state; with an entry in the audit log for each."""
    segment = Segment.objects.create(name=f"{number}", description="x", rule={})
    states = Campaign.State.values
    version = TemplateVersion.objects.filter(template__key="parcel").order_by("-number")[0]
    campaign = Campaign.objects.create(
        name="x", topic=Topic.objects.get(key="t0"), template=version.template, starts_at=clock.now(),
        audience={"segments": [segment.pk]}, state=states[number % len(states)], state_reason="x",
        versions={"": str(version.pk)},
        variants=[{"subjects": {"": "x"}, "template_id": None}] * 2 if number % 2 else [],
    )  # fmt: skip
    given: dict[str, Any] = {"began_at": clock.now(), "last_contact": 9, "counts": {"": 3, "quiet": 1}}
    CampaignRun.objects.create(campaign=campaign, **given)
    for person in people[:3]:
        CampaignRecipient.objects.create(campaign=campaign, contact=person, skip_reason="")
