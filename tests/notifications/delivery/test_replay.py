"""Can a dead letter be sent after all, with every rule asked again, and discarded for good?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from config import clock
from config.ids import new_id
from notifications.delivery import outbox
from notifications.delivery.deadletters import (
    Replay,
    count_replayable,
    discard,
    erase_expired_secrets,
    forget_accepted,
    replay,
)
from notifications.delivery.models import Attempt, Call, DeadLetter, Outbox, Provider
from preferences.models import Contact, Suppression
from preferences.suppression import suppress
from tests.letters import bury_parcels, bury_reset, end_as_dead, submit_parcels
from tests.people import make_contacts
from tests.simulator.process import Process
from tests.types import publish_template
from tracking import lifecycle
from tracking.models import Message, MessageEvent

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("new_types"),
    pytest.mark.req("V5"),
]

Work = Callable[[], None]
GONE = {"not_dead": 1}


def _outcome() -> tuple[str, str, int]:
    message = Message.objects.get()
    return message.state, message.reason, message.generation


@pytest.mark.usefixtures("providers")
def test_a_replayed_mail_is_sent_as_the_next_generation(ada: Contact, work: Work, mailbox: Process) -> None:
    ids = bury_parcels([ada])
    assert replay(ids, at=clock.now()) == Replay(replayed=1)
    assert not DeadLetter.objects.exists()
    work()
    assert _outcome() == ("sent", "", 2)
    assert [accept["recipient"] for accept in mailbox.accepts()] == ["ada@example.com"]


@pytest.mark.usefixtures("providers")
def test_the_gate_is_asked_again(ada: Contact, work: Work, mailbox: Process) -> None:
    ids = bury_parcels([ada])
    suppress(ada, reason=Suppression.Reason.MANUAL, scope=Suppression.Scope.ALL)
    replay(ids, at=clock.now())
    work()
    assert _outcome() == ("skipped", "suppressed_manual", 2)
    assert mailbox.accepts() == []


def test_a_mail_that_failed_for_good_can_be_replayed(ada: Contact) -> None:
    ids = end_as_dead(submit_parcels([ada]), cause="permanent_message", state=Message.State.FAILED)
    assert replay(ids, at=clock.now()).replayed == 1
    assert _outcome() == ("queued", "replayed", 2)
    assert Outbox.objects.get().batch_cap == 1  # others must not suffer for it


def test_pressed_twice_it_goes_once(ada: Contact) -> None:
    ids = bury_parcels([ada])
    replay(ids, at=clock.now())
    assert replay(ids, at=clock.now()) == Replay(refused=GONE)
    assert (Outbox.objects.count(), Message.objects.get().generation) == (1, 2)


def test_tries_start_anew_under_a_fence_no_old_worker_holds(ada: Contact) -> None:
    ids = submit_parcels([ada])
    [old] = outbox.claim("transactional", limit=1, at=clock.now(), owner="old")
    Outbox.objects.update(attempts=6, crashes=2)
    replay(end_as_dead(ids, cause="out_of_tries"), at=clock.now())
    row = Outbox.objects.get()
    assert (row.attempts, row.crashes, row.generation) == (0, 0, 2)
    assert row.fence > old.fence
    assert outbox.drop([old]) == []


def test_due_times_are_spread_by_the_rate() -> None:
    ids = bury_parcels(make_contacts(5))
    at = clock.now()
    replay(ids, at=at, per_second=2)
    dues = Outbox.objects.order_by("pk").values_list("due_at", flat=True)
    assert [(due - at).total_seconds() for due in dues] == [0, 0.5, 1, 1.5, 2]
    assert list(Message.objects.order_by("pk").values_list("due_at", flat=True)) == list(dues)


def test_a_replayed_mail_that_dies_again_can_be_replayed_again(ada: Contact) -> None:
    ids = bury_parcels([ada])
    replay(ids, at=clock.now())
    end_as_dead(ids, cause="poison")
    assert replay(ids, at=clock.now()).replayed == 1
    assert Message.objects.get().generation == 3


@pytest.mark.req("I6")
def test_expired_secrets_refuse_a_replay_with_that_reason(ada: Contact) -> None:
    letter = bury_reset(ada, expires_after=timedelta(hours=1))
    with clock.shifted(timedelta(hours=2)):
        assert replay([letter.pk], at=clock.now()) == Replay(refused={"secrets_expired": 1})
        assert erase_expired_secrets() == 1
        assert erase_expired_secrets() == 0
    letter.refresh_from_db()
    assert bytes(letter.secrets or b"") == b""
    assert replay([letter.pk], at=clock.now()) == Replay(refused={"secrets_expired": 1})


@pytest.mark.req("I6")
def test_secrets_without_an_expiry_are_kept_for_thirty_days(ada: Contact) -> None:
    letter = bury_reset(ada, expires_after=None)
    with clock.shifted(timedelta(days=29)):
        assert erase_expired_secrets() == 0
    with clock.shifted(timedelta(days=31)):
        assert erase_expired_secrets() == 1
    assert replay([letter.pk], at=clock.now()).refused == {"secrets_expired": 1}


def test_what_is_too_late_is_not_replayed(ada: Contact) -> None:
    ids = end_as_dead(submit_parcels([ada], expires_after=timedelta(hours=1)), cause="poison")
    with clock.shifted(timedelta(hours=2)):
        assert replay(ids, at=clock.now()) == Replay(refused={"expired": 1})
    assert DeadLetter.objects.exists()


def test_discarding_wipes_what_the_mail_held(ada: Contact) -> None:
    letter = bury_reset(ada)
    assert discard([letter.pk], at=clock.now(), by=None) == 1
    letter.refresh_from_db()
    assert (letter.payload, letter.secrets, letter.discarded_at is None) == ({}, None, False)
    assert replay([letter.pk], at=clock.now()) == Replay(refused={"discarded": 1})
    assert discard([letter.pk], at=clock.now(), by=None) == 0


def test_the_dry_run_says_what_the_replay_does() -> None:
    ids = bury_parcels(make_contacts(4))
    discard(ids[:1], at=clock.now())
    dry = count_replayable(DeadLetter.objects.all(), at=clock.now())
    assert dry == Replay(replayed=3, refused={"discarded": 1})
    assert replay(ids, at=clock.now()) == dry


def test_the_timeline_names_who_did_it(ada: Contact) -> None:
    ids = bury_parcels([ada])
    replay(ids, at=clock.now(), by=7)
    assert MessageEvent.objects.get().detail == {"note": "replayed", "by": 7, "cause": "out_of_tries"}


def test_what_was_refused_for_sure_is_not_flagged(ada: Contact) -> None:
    ids = bury_parcels([ada])
    _carry(ids[0], kind="transient")
    replay(ids, at=clock.now())
    assert Outbox.objects.get().is_possibly_doubled is False


@pytest.mark.parametrize("kind", ["ambiguous", ""])
@pytest.mark.req("V7")
def test_what_a_provider_may_have_is_flagged(ada: Contact, kind: str) -> None:
    ids = bury_parcels([ada])
    _carry(ids[0], kind=kind)
    replay(ids, at=clock.now())
    assert Outbox.objects.get().is_possibly_doubled is True


@pytest.mark.req("V7")
def test_what_was_given_up_unknown_is_flagged(ada: Contact) -> None:
    replay(bury_parcels([ada], cause="unknown_given_up"), at=clock.now())
    assert Outbox.objects.get().is_possibly_doubled is True


@pytest.mark.req("V7")
def test_late_evidence_ends_a_dead_letter(ada: Contact) -> None:
    ids = bury_parcels([ada])
    assert forget_accepted(ids) == 0
    lifecycle.move(ids, Message.State.DELIVERED, at=clock.now())
    assert replay(ids, at=clock.now()).refused == GONE
    assert forget_accepted(ids) == 1


@pytest.mark.parametrize(("cause", "version"), [("liquid_error", "parcel@2"), ("out_of_tries", "parcel@1")])
def test_a_mended_template_is_used_where_the_content_was_at_fault(ada: Contact, cause: str, version: str) -> None:
    ids = bury_parcels([ada], cause=cause)
    mended = publish_template("parcel", subject="Mended")
    replay(ids, at=clock.now())
    assert Message.objects.get().template_ref == version
    assert (Outbox.objects.get().template_version_id == mended.pk) is (version == "parcel@2")


def _carry(message_id: object, *, kind: str) -> None:
    """Let a call have carried the mail, with an attempt of that kind ("": without an answer)."""
    provider = Provider.objects.create(key="p", kind="mailgun", name="P")
    call = Call.objects.create(
        provider=provider, stream="transactional", template_version_id=new_id(), is_tracked=False, sender="a@b.example",
        size=1,
    )  # fmt: skip
    lifecycle.add_call([message_id], call.pk, provider="p")  # type: ignore[list-item]
    if kind:
        Attempt.objects.create(
            call=call, provider_key="p", stream="transactional", started_at=clock.now(), milliseconds=1, kind=kind
        )
