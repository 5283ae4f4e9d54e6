"""Does the report say for whom a value is blank, and as much as is true?"""

from __future__ import annotations

import pytest
from django.db import connection

from notifications.blank_values import BlankReport, TooSlow, count_blanks, find_variables
from preferences.audiences import Audience, NoSuchAudience, everybody, find_audience, of_list, of_topic
from preferences.models import Choice, Contact, ContactList, ListMember, Topic
from tests.notifications.compose.making import compiled, text
from tests.people import make_contact, make_contacts

pytestmark = [pytest.mark.django_db, pytest.mark.req("T6")]

BODY = text(
    "Hello {{ contact.first_name }}, {{ contact.city | default: 'your town' }}, {{ contact.plan.name }},"
    " {{ contact.locale }}, {% if contact.vip %}VIP{% endif %} {{ payload.order }}"
    " {% for one in payload.items %}{{ one.name }}{% endfor %} {{ brand.name }}"
)


def report(
    body: str = BODY, audience: Audience | None = None, defaults: dict[str, object] | None = None
) -> BlankReport:
    variables = find_variables(compiled(body, defaults=defaults or {}).as_json(), defaults or {})
    return count_blanks(variables, audience or everybody())


def rows(found: BlankReport) -> dict[str, tuple[int, str, bool]]:
    return {one.variable.name: (one.count, one.variable.caught, one.is_felt) for one in found.blanks}


@pytest.fixture
def people(db: None) -> list[Contact]:
    return [
        make_contact(
            "ada@example.com", first_name="Ada", attributes={"city": "Ulm", "plan": {"name": "Pro"}, "vip": 1}
        ),
        make_contact("ben@example.com", first_name="", attributes={"city": "", "plan": {}}),
        make_contact("cleo@example.com", first_name="Cleo", attributes={"plan": {"name": None}}),
    ]


def test_each_value_is_counted_with_what_catches_it(people: list[Contact]) -> None:
    found = report(defaults={"contact.locale": "en"})
    assert rows(found) == {
        "contact.first_name": (1, "", True),
        "contact.plan.name": (2, "", True),
        "contact.city": (2, "its default in the text", False),
        "contact.locale": (3, "“en”", False),
        "contact.vip": (2, "", False),
    }
    assert [one.variable.name for one in found.blanks][:2] == ["contact.plan.name", "contact.first_name"]
    assert (found.looked_at, found.is_sample) == (3, False)


def test_some_contacts_are_named_and_shares_told(people: list[Contact]) -> None:
    [first_name] = [one for one in report().blanks if one.variable.name == "contact.first_name"]
    assert first_name.contact_ids == (people[1].pk,)
    assert first_name.percent == "33.3 %"


def test_values_of_the_event_are_told_apart(people: list[Contact]) -> None:
    assert {one.name for one in report().others} == {"payload.order", "payload.items", "payload.items[].name"}


def test_items_of_a_contacts_list_are_not_counted(people: list[Contact]) -> None:
    found = report(text("{% for one in contact.orders %}{{ one.number }}{% endfor %}"))
    assert [one.name for one in found.others] == ["contact.orders[].number"]
    assert rows(found) == {"contact.orders": (3, "", False)}


def test_a_default_in_one_of_two_places_catches_nothing(people: list[Contact]) -> None:
    found = report(text("{{ contact.city }} {{ contact.city | default: 'x' }}"))
    assert rows(found)["contact.city"][1] == ""


def test_what_is_blank_here_is_blank_in_the_mail(people: list[Contact]) -> None:
    from notifications.compose.render import EMPTY, with_defaults
    from notifications.delivery.variables import describe, load_people
    from tests.notifications.compose.making import version

    loaded = version(text("{{ contact.odd }}"), defaults={"contact.odd": "caught"})
    values: list[object] = [None, "", [], {}, 0, False, " ", "x", [1]]
    for number, value in enumerate(values):
        one = make_contact(f"odd{number}@example.com", attributes={"odd": value})
        audience = Audience(label="one", sql="SELECT %s::bigint AS id", parameters=(one.pk,))
        [blank] = report(text("{{ contact.odd }}"), audience).blanks
        seen = with_defaults(loaded, {"contact": describe(load_people([one.pk])[one.pk])})["contact"]["odd"]
        assert bool(blank.count) == (seen == "caught"), value
        assert not blank.count or value in EMPTY


def test_an_audience_is_a_topic_a_list_or_any_statement(people: list[Contact]) -> None:
    ada, ben, cleo = people
    topic = Topic.objects.create(key="news", name="News", is_default_on=False)
    Choice.objects.create(contact=ben, topic=topic, frequency="daily")
    assert report(audience=of_topic(topic)).looked_at == 1
    topic.is_default_on = True
    Choice.objects.create(contact=ada, frequency="never")
    assert report(audience=of_topic(topic)).looked_at == 2
    friends = ContactList.objects.create(name="Friends")
    ListMember.objects.create(list=friends, contact=cleo)
    assert report(audience=of_list(friends)).looked_at == 1
    assert find_audience(f"list:{friends.pk}").label == "the list “Friends”"
    with pytest.raises(NoSuchAudience):
        find_audience("list:9999")


def test_too_many_contacts_are_sampled_and_it_is_said(people: list[Contact]) -> None:
    variables = find_variables(compiled(BODY).as_json(), {})
    found = count_blanks(variables, everybody(), most=-2)
    assert found.is_sample
    assert found.looked_at == 3


def test_a_statement_is_given_up_after_its_time_and_the_next_one_is_not(people: list[Contact]) -> None:
    variables = find_variables(compiled(BODY).as_json(), {})
    slow = Audience(label="slow", sql="SELECT id FROM preferences_contact, pg_sleep(20)")
    with pytest.raises(TooSlow):
        count_blanks(variables, slow, seconds=0.05)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "0"


def test_one_statement_counts_everything(people: list[Contact], django_assert_max_num_queries: object) -> None:
    make_contacts(20)
    variables = find_variables(compiled(BODY).as_json(), {})
    with django_assert_max_num_queries(6):  # type: ignore[operator] # the guess, the time limit, the count
        count_blanks(variables, everybody())
