"""What does one mail's page tell?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from config.ids import new_id
from notifications.explanation import REASONS
from notifications.models import Attempt, Call, Outbox, Provider
from preferences import choices
from preferences.models import Contact, Topic
from tests.console.conftest import MakeMessage
from tests.people import make_contact
from tests.types import parcel_type, publish_template, reset_type
from tracking.events import record_event
from tracking.models import Link, Message, MessageEvent

PAYLOAD = {"number": "17", "note": "Handle with care"}


def page(client: Client, message: Message) -> str:
    response = client.get(f"/messages/{message.pk}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def mailgun(db: None) -> Provider:
    return Provider.objects.create(key="mailgun", kind="mailgun", name="Mailgun", is_simulated=True)


def store_call(provider: Provider, message: Message, **fields: Any) -> Call:
    """A call that carried a rendered mail."""
    version = publish_template("parcel")
    member = {
        "m": str(message.pk), "a": "ada@example.com", "n": "Ada", "r": ["17", "Ada", "17", "note", "Ada", "17", "note"],
        "t": [], "u": "",
    }  # fmt: skip
    given = {"members": [member], **fields}
    return Call.objects.create(
        provider=provider, stream=message.stream, template_version_id=version.pk, is_tracked=True, size=1,
        sender="Shop <shop@example.com>", headers={"Auto-Submitted": "auto-generated"}, **given,
    )  # fmt: skip


def test_a_skipped_mail_says_why(boss: Client, ada: Contact, new_types: None, work: Callable[[], None]) -> None:
    parcel_type(stream="marketing")
    topic = Topic.objects.create(key="parcels", name="Parcels")
    choices.unsubscribe(ada, topic=topic, source="test")
    record_event("parcel.sent", contact=ada, payload=PAYLOAD)
    work()
    told = page(boss, Message.objects.get())
    assert "It was not sent, because the person unsubscribed from this topic." in told
    assert "Event parcel.sent received" in told


def test_the_timeline_is_in_order_of_time(boss: Client, make_message: MakeMessage, mailgun: Provider) -> None:
    now, version_id = timezone.now(), new_id()
    message = make_message(
        state="delivered", sent_at=now, created_at=now - timedelta(seconds=1), template_version_id=version_id
    )
    call = store_call(mailgun, message)
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk])
    Attempt.objects.create(call=call, provider_key="mailgun", started_at=now, milliseconds=87, kind="accepted")
    Link.objects.create(version_id=version_id, number=1, url="https://shop.example/track")
    for seconds, kind, detail in ((9, "clicked", {"link": 1}), (5, "opened", {}), (2, "delivered", {})):
        at = now + timedelta(seconds=seconds)
        MessageEvent.objects.create(message=message, kind=kind, occurred_at=at, detail=detail)
    told = page(boss, message)
    story = told[told.index('class="pr-timeline"') :]
    places = [story.index(f"{word}<") for word in ("Decided to send", "Delivered", "Opened", "Clicked")]
    places.insert(1, story.index("Accepted by mailgun"))
    assert "https://shop.example/track" in told
    assert sorted(places) == places


def test_a_machines_open_is_told_apart(boss: Client, make_message: MakeMessage) -> None:
    message = make_message(state="delivered")
    MessageEvent.objects.create(
        message=message, kind="opened", occurred_at=timezone.now(), is_machine=True, machine_reason="privacy_proxy"
    )
    assert "machine: Privacy proxy" in page(boss, message)


def test_one_refused_member_does_not_taint_the_call(boss: Client, make_message: MakeMessage, mailgun: Provider) -> None:
    message = make_message(state="sent", sent_at=timezone.now())
    call = store_call(mailgun, message)
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk])
    Attempt.objects.create(
        call=call, provider_key="mailgun", started_at=timezone.now(), milliseconds=9, kind="permanent_recipient"
    )
    assert "Accepted by mailgun" in page(boss, message)


def test_an_unknown_mail_shows_the_answer(boss: Client, make_message: MakeMessage, mailgun: Provider) -> None:
    message = make_message(state="unknown", reason="ambiguous", provider="mailgun")
    call = store_call(mailgun, message)
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk])
    Attempt.objects.create(
        call=call, provider_key="mailgun", started_at=timezone.now(), milliseconds=20_000, kind="ambiguous",
        code="ReadTimeout", answer="the connection broke",
    )  # fmt: skip
    told = page(boss, message)
    assert "Nobody can say yet whether mailgun has it" in told
    assert "ReadTimeout: the connection broke" in told


def test_a_mail_in_hand_shows_its_phase_and_call(boss: Client, make_message: MakeMessage, mailgun: Provider) -> None:
    message = make_message()
    call = store_call(mailgun, message)
    Outbox.objects.create(
        message=message, contact_id=message.contact_id, state="sending", call_id=call.pk, lease_owner="host:1",
        lease_until=timezone.now(), template_version_id=call.template_version_id,
    )  # fmt: skip
    told = page(boss, message)
    assert "It is being handed to a provider at this moment." in told
    assert "Handed to Mailgun" in told


def test_the_mail_is_shown_in_a_frame_that_can_do_nothing(
    boss: Client, make_message: MakeMessage, mailgun: Provider, settings: Any
) -> None:
    message = make_message(state="sent", sent_at=timezone.now())
    call = store_call(mailgun, message)
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk])
    told = page(boss, message)
    assert 'sandbox=""' in told
    assert "Parcel 17" in told
    assert f"{settings.POSTRIDER_PUBLIC_URL}/o/" not in told  # looking must not count as an open
    assert escape('<base target="_blank">') in told


@pytest.mark.parametrize("sealed", [b"sealed", None])
def test_secret_values_are_never_shown(
    boss: Client, make_message: MakeMessage, mailgun: Provider, sealed: bytes | None
) -> None:
    """Neither once they are erased nor while they are kept for a repetition."""
    message = make_message(state="unknown", reason="ambiguous")
    call = store_call(mailgun, message, members=None, sealed_members=sealed)
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk])
    assert "because it held secrets" in page(boss, message)


def test_hostile_values_stay_text(boss: Client, make_message: MakeMessage, mailgun: Provider) -> None:
    hostile = '"><script>alert(1)</script>'
    eve = make_contact("eve@example.com", first_name=hostile, last_name="</iframe>" + hostile)
    message = make_message(contact=eve, state="failed", reason=hostile[:64], provider=hostile, type_key=hostile[:64])
    call = store_call(mailgun, message)
    Call.objects.filter(pk=call.pk).update(
        members=[{**(call.members or [{}])[0], "r": [hostile] * 7}], headers={hostile: hostile}
    )
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk])
    MessageEvent.objects.create(
        message=message, kind="clicked", occurred_at=timezone.now(), detail={"user_agent": hostile, "answer": hostile}
    )
    for path in (f"/messages/{message.pk}/", "/messages/", "/", "/preferences/contact/"):
        assert "<script>alert" not in boss.get(path).content.decode(), path


def test_its_cost_is_bounded(
    boss: Client, make_message: MakeMessage, mailgun: Provider, django_assert_max_num_queries: Any
) -> None:
    message = make_message(state="sent", sent_at=timezone.now())
    calls = [store_call(mailgun, message) for _ in range(5)]
    Message.objects.filter(pk=message.pk).update(call_ids=[call.pk for call in calls])
    for call in calls:
        Attempt.objects.create(call=call, provider_key="x", started_at=timezone.now(), milliseconds=1, kind="transient")
    page(boss, message)
    with django_assert_max_num_queries(8):
        page(boss, message)


def test_there_is_no_page_for_a_mail_that_is_not_there(boss: Client) -> None:
    assert boss.get(f"/messages/{UUID(int=7)}/").status_code == 404


def test_every_kind_of_failure_has_words() -> None:
    from notifications.delivery.failures import Kind

    assert {kind.value for kind in Kind} - {"accepted"} <= set(REASONS)


def test_the_types_page_marks_secrets(boss: Client, new_types: None) -> None:
    reset_type()
    told = boss.get("/types/").content.decode()
    assert "reset_url" in told
    assert "secret" in told
