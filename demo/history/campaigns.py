"""Which campaigns has the shop? Two that are over, one of them a test, one that will go, and one being written."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from campaigns.audience.estimating import estimate
from campaigns.audit import Actor
from campaigns.models import Campaign, CampaignRecipient, CampaignRun
from campaigns.planning import approval, editing
from campaigns.sending.figures import count_figures
from campaigns.sending.freezing import freeze_slice, open_run
from campaigns.sending.phases import REST_RANK
from campaigns.sending.states import S, move
from campaigns.variants.deciding import settle
from campaigns.variants.plan import has_rest, pinned_versions, version_for
from config.ids import derived_id
from config.queues import Stream
from demo.history.fates import Happening, draw_fate
from notifications.compose.models import Template, TemplateVersion
from notifications.delivery.simulated import ensure_simulated_providers
from preferences.addresses import domain_of
from preferences.models import Topic
from tracking.figures.marking import mark_messages
from tracking.ingest import FACT_COLUMNS
from tracking.models import Message, MessageEvent

_LUCK = 1853
_AGO = timedelta(days=9)
_AUDIENCE = {"everybody": True}
_VARIANTS = [
    {"subjects": {"": "Tea for long evenings"}},
    {"subjects": {"": "{{ contact.first_name | default: 'Hello' }}, which tea for tonight?"}},
]
#: A good subject has people click of whom so many others would not have.
_WON_OVER = 0.2
AUTHOR, APPROVER = "mara", "ari"


def has_campaigns() -> bool:
    """Whether they were made already."""
    return Campaign.objects.exists()


@transaction.atomic  # the living sweepers shall not see them half made
def write_campaigns(*, now: datetime) -> int:
    """Make them; return how many there are."""
    ensure_simulated_providers()
    author, approver = _staff(AUTHOR, "marketer"), _staff(APPROVER, "approver")
    topic, template = Topic.objects.get(key="weekly-offers"), Template.objects.get(key="season-letter")
    fields = {"topic": topic, "template": template, "audience": _AUDIENCE}
    _finish_one(
        editing.create("A letter for the season", by=author, holdout_percent=5, **fields), author, approver, now
    )
    tested = editing.create("Tea for long evenings", by=author, variants=_VARIANTS, test_percent=60, **fields)
    _finish_one(tested, author, approver, now)
    day = (now + timedelta(days=4)).date()
    local = {"schedule": "local", "local_date": day, "local_time": time(9)}
    planned = editing.create("Winter evenings", by=author, canary_size=100, **local, **fields)
    estimate(planned, at=now)
    planned.refresh_from_db()
    approval.ask(planned, by=author, at=now)
    approval.approve(planned.pk, revision=planned.revision, by=approver, at=now)
    editing.create("Spring cleaning (ideas)", by=author, topic=topic, audience=_AUDIENCE)
    return Campaign.objects.count()


def _staff(name: str, role: str) -> Actor:
    """A colleague, who has no password: nobody logs in as one."""
    user, is_new = get_user_model().objects.get_or_create(username=name, defaults={"is_staff": True})
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        user.groups.set(Group.objects.filter(name=role))
    return Actor(id=user.pk, name=name)


def _finish_one(campaign: Campaign, author: Actor, approver: Actor, now: datetime) -> None:
    """Through the same functions as a living one, but for the mails, which were handed over long ago."""
    began = now - _AGO
    approval.ask(campaign, by=author, at=began)
    approval.approve(campaign.pk, revision=campaign.revision, by=approver, at=began)
    campaign.refresh_from_db()
    open_run(campaign, at=began)
    while freeze_slice(campaign.pk, at=began):
        pass
    rows = CampaignRecipient.objects.filter(campaign=campaign, skip_reason="", is_held_out=False)
    first = rows.filter(rank__lt=REST_RANK)
    fed = _write_mails(campaign, first, began, now)
    if has_rest(campaign):
        CampaignRun.objects.filter(pk=campaign.pk).update(fed=fed, test_fed_at=began, test_until=began)
        settle(campaign, CampaignRun.objects.get(pk=campaign.pk), at=began + timedelta(hours=4))
        fed += _write_mails(campaign, rows.exclude(rank__lt=REST_RANK), began + timedelta(hours=4), now)
    ended = began + timedelta(hours=5)
    CampaignRun.objects.filter(pk=campaign.pk).update(fed=fed, is_all_fed=True, finished_at=ended)
    move(campaign.pk, S.FINISHED, at=ended, by=Actor(), action="finished")
    count_figures(campaign, at=now)


def _write_mails(campaign: Campaign, rows: QuerySet[CampaignRecipient], began: datetime, now: datetime) -> int:
    luck = Random(f"{_LUCK} {campaign.name} {began.hour}")  # noqa: S311 - the same campaign every time
    messages: list[Message] = []
    reports: list[MessageEvent] = []
    chosen = CampaignRun.objects.get(pk=campaign.pk).chosen_variant
    versions = pinned_versions(campaign).get(chosen, {})
    refs = {one.pk: one.ref for one in TemplateVersion.objects.select_related("template")}
    for number, row in enumerate(rows.select_related("contact").order_by("rank", "contact_id")):
        version = row.version_id or version_for(versions, row.contact.locale)
        sent_at = began + timedelta(seconds=3 + number / 5)
        message = _message(campaign, row, derived_id(sent_at, luck.randbytes(10)), sent_at)
        message.template_version_id, message.template_ref = version, refs[version]
        fate = draw_fate(luck, stream=Stream.MARKETING, sent_at=sent_at, until=now)
        if (row.variant or chosen) == "b" and luck.random() < _WON_OVER and len(fate) == 1:
            fate.append(
                Happening(
                    kind=MessageEvent.Kind.CLICKED, at=sent_at + timedelta(hours=1), is_own=True, detail={"link": 1}
                )
            )
        for one in fate:
            column = FACT_COLUMNS.get(one.kind)
            if column and not one.machine_reason and getattr(message, column) is None:
                setattr(message, column, one.at)
            if one.kind == MessageEvent.Kind.DELIVERED:
                message.state, message.state_at = Message.State.DELIVERED, one.at
            reports.append(
                MessageEvent(
                    id=derived_id(one.at, luck.randbytes(10)), message_id=message.pk, kind=one.kind,
                    occurred_at=one.at, recorded_at=one.at, provider="" if one.is_own else message.provider,
                    is_machine=bool(one.machine_reason), machine_reason=one.machine_reason, detail=one.detail,
                )
            )  # fmt: skip
        messages.append(message)
    Message.objects.bulk_create(messages, batch_size=1000)
    MessageEvent.objects.bulk_create(reports, batch_size=1000)
    mark_messages(message.pk for message in messages)
    return len(messages)


def _message(campaign: Campaign, row: CampaignRecipient, pk: UUID, sent_at: datetime) -> Message:
    assert campaign.topic is not None
    return Message(
        id=pk, contact_id=row.contact_id, source=campaign.source, stream=campaign.stream,
        topic_key=campaign.topic.key,
        recipient_domain=domain_of(row.contact.address or ""), provider="mailgun", state=Message.State.SENT,
        created_at=sent_at, state_at=sent_at, due_at=sent_at, sent_at=sent_at, provider_message_id=f"demo-{pk}",
    )  # fmt: skip
