"""Does a rule forget an address that was written into it?"""

from __future__ import annotations

import json

import pytest

from campaigns.models import Segment
from campaigns.segments.erasure import erase_from_rules
from preferences.holdings import Traces

pytestmark = [pytest.mark.django_db, pytest.mark.req("P4")]


def test_an_address_goes_from_the_rule_and_the_others_stay() -> None:
    values = ["Ada@Example.com", "ben@example.com"]
    rules = [{"type": "contact_text", "field": "email", "test_is": "is", "values": values}]
    rule = {"version": 1, "root": {"type": "group", "match": "all", "rules": rules}}
    segment = Segment.objects.create(name="For ada@example.com", rule=rule)
    traces = Traces(contact_id=1, addresses=("ada@example.com",))
    assert erase_from_rules(traces, 10) == 1
    segment.refresh_from_db()
    assert "ada@" not in json.dumps(segment.rule).lower() + segment.name
    assert segment.rule["root"]["rules"][0]["values"] == ["erased", "ben@example.com"]
    assert erase_from_rules(traces, 10) == 0
