"""Are variables known, and filled in for everybody?"""

from __future__ import annotations

import pytest

from notifications.compose.preflight.findings import Severity
from tests.notifications.compose.preflight.making import body, facts
from tests.notifications.compose.preflight.pairs import Pair, check_pair, name_of, w

pytestmark = pytest.mark.req("T6")

STOP, WARN, INFORM = Severity

PAIRS = [
    Pair(
        "not_rendered",
        STOP,
        w(body("{{ payload.number }}"), subject="Order {{ payload.number }}"),
        w(body("{{ payload.number }}"), subject="Order {{ payload.number }}", payload={"number": "1\n2"}),
    ),
    Pair("variable_unknown", STOP, w(body("{{ payload.number }}")), w(body("{{ payload.nubmer }}"))),
    Pair("variable_unknown", STOP, w(body("{{ contact.email }}")), w(body("{{ user.email }}"))),
    Pair("variable_unknown", STOP, w(body("{{ brand.url }}")), w(body("{{ brand.motto }}"))),
    Pair(
        "variable_unknown",
        STOP,
        w(body("{% for one in payload.items %}{{ one.price }}{% endfor %}")),
        w(body("{% for one in payload.items %}{{ one.cost }}{% endfor %}")),
    ),
    Pair(
        "variable_unknown",
        STOP,
        w(body("{% if payload.note %}x{% endif %}")),
        w(body("{% if payload.notes %}x{% endif %}")),
    ),
    Pair(
        "contact_unknown",
        WARN,
        w(body("{{ contact.plan }}"), given=facts(contact_fields=frozenset(("plan",)))),
        w(body("{{ contact.plna }}"), given=facts(contact_fields=frozenset(("plan",)))),
    ),
    Pair(
        "template_unused",
        INFORM,
        w(body("{{ payload.number }}")),
        w(body("{{ payload.number }}"), given=facts(kinds=())),
    ),
    Pair("blank", INFORM, w(body("{{ payload.number }}")), w(body("{{ payload.note }}"))),
    Pair(
        "blank",
        WARN,
        w(body("{{ contact.first_name }}"), readers=[{"first_name": "Ben"}]),
        w(body("{{ contact.first_name }}"), readers=[{"first_name": ""}]),
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_one_passes_and_the_other_does_not(pair: Pair) -> None:
    check_pair(pair)
