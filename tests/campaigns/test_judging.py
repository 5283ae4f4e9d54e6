"""Does the SQL that freezes an audience decide as the gate does?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.audience.judging import Question, Span, judge
from campaigns.audience.parts import Audience, BadAudience, select_parts
from campaigns.audience.reasons import STEPS, in_words
from campaigns.models import Segment
from campaigns.sending.slots import begin_of
from config.queues import Stream
from preferences.eligibility import REASONS, Ask, may_send
from preferences.facts import gather_facts
from preferences.models import Choice, Contact, Suppression, Topic
from tests.campaigns.making import make_list, news_topic
from tests.people import make_contacts

pytestmark = [pytest.mark.req("C3"), pytest.mark.django_db]

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reasons(
    audience: Audience, topic: Topic, *, at: datetime = AT, span: Span | None = None, **more: int
) -> dict[int, str]:
    question = Question(parts=select_parts(audience, at=at), topic=topic, at=at, span=span or Span(), **more)
    statement = judge(question)
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.parameters)
        return {row[0]: row[1] for row in cursor.fetchall()}


@pytest.mark.parametrize("is_default_on", [True, False])
def test_it_decides_as_the_gate_does(is_default_on: bool) -> None:
    luck = Random(7)
    topic, other = news_topic(is_default_on=is_default_on), Topic.objects.create(key="else", name="Else")
    people = make_contacts(400)
    for one in people:
        one.created_at = AT - timedelta(days=luck.choice([1, 100, 179, 181, 400]))
        one.last_engaged_at = luck.choice([None, AT - timedelta(days=luck.choice([2, 300]))])
        one.is_unconfirmed = luck.random() < 0.1
        one.paused_until = luck.choice([None, None, AT + timedelta(days=1), AT - timedelta(days=1), AT])
        if luck.random() < 0.05:
            one.erased_at, one.address = AT, None
        for scope in luck.sample(["all", "marketing"], luck.choice([0, 0, 0, 1, 2])):
            Suppression.objects.create(
                contact=one, address_digest=one.address_digest, scope=scope,
                reason=luck.choice(Suppression.Reason.values), lifted_at=luck.choice([None, AT]),
            )  # fmt: skip
        for _ in range(luck.choice([0, 1, 3])):
            Choice.objects.get_or_create(
                contact=one, topic=luck.choice([None, topic, other]), type_key=luck.choice(["", "", "offer"]),
                channel=luck.choice(["", "email", "sms"]),
                defaults={"frequency": luck.choice(Choice.Frequency.values)},
            )  # fmt: skip
    Contact.objects.bulk_update(
        people, ["created_at", "last_engaged_at", "is_unconfirmed", "paused_until", "erased_at", "address"]
    )
    ask = Ask(stream=Stream.MARKETING.value, topic_key="news", is_topic_default_on=is_default_on)
    facts = gather_facts(one.pk for one in people)
    expected = {pk: may_send(known, ask, at=AT) for pk, known in facts.items()}
    found = reasons(Audience(is_everybody=True), topic)
    assert len(set(found.values())) > 8
    everybody = set(Contact.objects.filter(erased_at=None).values_list("pk", flat=True))
    assert found == {pk: "" if one.allowed else one.reason for pk, one in expected.items() if pk in everybody}


def test_every_reason_has_a_step_and_words() -> None:
    refusals = set(REASONS) - {"allowed"}
    mail = {one for one in refusals if not one.startswith(("type_", "channel_not"))} - {"suppressed_number"}
    for reason in {*mail, "excluded", "holdout"}:
        assert len([step for step in STEPS if step.takes(reason)]) == 1, reason
        assert in_words(reason)[0].isupper()


def test_somebody_on_two_lists_is_meant_once() -> None:
    people, topic = make_contacts(3), news_topic()
    one, two = make_list(people[:2], "one"), make_list(people[1:], "two")
    assert len(reasons(Audience(lists=(one.pk, two.pk)), topic)) == 3


def test_who_is_excluded_is_told_so_before_anything_else() -> None:
    people, topic = make_contacts(3), news_topic()
    Contact.objects.filter(pk=people[0].pk).update(is_unconfirmed=True)
    without = make_list(people[:2], "without")
    found = reasons(Audience(is_everybody=True, without_lists=(without.pk,)), topic, at=timezone.now())
    assert [found[one.pk] for one in people] == ["excluded", "excluded", ""]


def test_a_span_of_ids_is_all_that_is_looked_at() -> None:
    people = make_contacts(4)
    span = Span(after=people[0].pk, through=people[2].pk)
    assert set(reasons(Audience(is_everybody=True), news_topic(), span=span)) == {people[1].pk, people[2].pk}


def test_the_most_engaged_can_be_asked_for() -> None:
    people = make_contacts(5)
    Contact.objects.filter(pk=people[3].pk).update(engagement_points=50, engagement_at=AT)
    assert set(reasons(Audience(is_everybody=True), news_topic(), most=1)) == {people[3].pk}


def test_points_of_long_ago_do_not_overflow() -> None:
    Contact.objects.filter(pk=make_contacts(1)[0].pk).update(
        engagement_points=1e9, engagement_at=AT - timedelta(days=365 * 300)
    )
    assert reasons(Audience(is_everybody=True), news_topic(), most=1)


def test_nobody_chosen_is_said() -> None:
    with pytest.raises(BadAudience, match="Nobody is chosen"):
        select_parts(Audience(), at=AT)


@pytest.mark.parametrize("audience", [Audience(segments=(99,)), Audience(lists=(99,)), Audience(is_everybody=True, without_segments=(99,))])  # fmt: skip # noqa: E501
def test_what_was_deleted_is_said(audience: Audience) -> None:
    with pytest.raises(BadAudience, match="was deleted"):
        select_parts(audience, at=AT)


def test_an_archived_segment_still_selects() -> None:
    segment = Segment.objects.create(name="All", archived_at=AT)
    assert len(select_parts(Audience(segments=(segment.pk,)), at=AT).meant) == 1


def test_a_segment_that_cannot_be_read_is_named() -> None:
    segment = Segment.objects.create(name="Broken", rule={"no": "rule"})
    with pytest.raises(BadAudience, match="“Broken” cannot be read"):
        select_parts(Audience(segments=(segment.pk,)), at=AT)


def test_a_campaign_in_local_time_begins_before_any_day_does() -> None:
    from datetime import date, time

    assert begin_of(date(2026, 12, 1), time(9)) == datetime(2026, 11, 30, 18, 50, tzinfo=UTC)
