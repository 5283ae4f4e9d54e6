"""Is the list of contacts narrowed by an attribute, of every kind, and never for long?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from preferences import attribute_filter
from preferences.models import Attribute
from tests.people import make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.req("C1")]

KINDS = {"plan": "text", "points": "number", "born": "date", "vip": "boolean", "tags": "list", "home": "place"}
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"plan": "Pro", "points": 120, "born": "1990-05-01", "vip": True, "tags": ["red", "blue"],
            "home": {"country": "NO", "city": "Oslo"}},
    "ben": {"plan": "free", "points": 5.5, "born": "2001-01-31", "vip": False, "tags": ["red"],
            "home": {"country": "DE", "city": "Bremen"}},
    "odd": {"plan": 7, "points": "many", "born": "soon", "vip": "yes", "tags": "red", "home": "Oslo"},
    "cleo": {},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    for key, kind in KINDS.items():
        Attribute.objects.create(key=key, name=f"The {key}", kind=kind)
    for name, attributes in PEOPLE.items():
        make_contact(f"{name}@example.com", attributes=attributes)


def ask(client: Client, question: str) -> tuple[set[str], str]:
    """Whom the list shows, and what the page says."""
    answer: Any = client.get("/preferences/contact/", {"attribute": question})
    assert answer.status_code == 200
    return {one.email.partition("@")[0] for one in answer.context["cl"].result_list}, answer.content.decode()


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("plan = pro", {"ada"}), ("The plan=PRO", {"ada"}), ("plan = a%b", set()), ("points = 120", {"ada"}),
        ("points >= 5.5", {"ada", "ben"}), ("points > 5.5", {"ada"}), ("points < 100", {"ben"}), ("points<=5", set()),
        ("born = 1990-05-01", {"ada"}), ("born > 2000-01-01", {"ben"}), ("born < 2000-01-01", {"ada"}),
        ("vip = yes", {"ada"}), ("vip = no", {"ben"}), ("tags = red", {"ada", "ben"}), ("tags = blue", {"ada"}),
        ("home = NO", {"ada"}), ("", {"ada", "ben", "cleo", "odd"}), ("   ", {"ada", "ben", "cleo", "odd"}),
    ],
)  # fmt: skip
def test_each_kind_is_asked_for_in_its_own_way(boss: Client, question: str, found: set[str]) -> None:
    assert ask(boss, question)[0] == found


@pytest.mark.parametrize(
    ("question", "said"),
    [("pro", "Ask for an attribute like this"), ("shoe = 9", "There is no attribute"), ("plan > a", "has no order"),
     ("points = many", "The points:"), ("born = yesterday", "The born:"), ("plan = a\x00", "control character"),
     ("=" * 400, "Ask for an attribute like this"), ("'; drop table = 1", "There is no attribute")],
)  # fmt: skip
def test_what_asks_for_nothing_is_told_how_to_ask(boss: Client, question: str, said: str) -> None:
    found, page = ask(boss, question)
    assert (found, said in page) == (set(), True)


def test_only_the_newest_are_looked_through_and_it_is_said(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribute_filter, "MOST_LOOKED_AT", 2)
    found, page = ask(boss, "tags = red")
    assert found == set()  # the two newest are "odd" and "cleo"
    assert page.count("A segment finds everybody") == 1
    make_contact("dora@example.com", attributes={"tags": ["red"]})
    assert ask(boss, "tags = red")[0] == {"dora"}


def test_it_goes_together_with_the_others(boss: Client) -> None:
    make_contact("dan@example.com", attributes={"plan": "pro"}, is_unconfirmed=True)
    answer: Any = boss.get("/preferences/contact/", {"attribute": "plan = pro", "standing": "unconfirmed"})
    assert [one.email for one in answer.context["cl"].result_list] == ["dan@example.com"]
