"""Do subject, preheader and text part say what they should?"""

from __future__ import annotations

import pytest

from config.queues import Stream
from notifications.compose.preflight.findings import Severity
from tests.notifications.compose.preflight.making import body, facts, kind
from tests.notifications.compose.preflight.pairs import Pair, check_pair, name_of, w

pytestmark = pytest.mark.req("T6")

STOP, WARN, INFORM = Severity
TRANSACTIONAL = facts(kinds=(kind(Stream.TRANSACTIONAL),))
LONG = "A subject that goes on and on, about all the things that we have in the shop this week"

PAIRS = [
    Pair("preheader_missing", INFORM, w(body(""), given=TRANSACTIONAL), w(body(""), given=TRANSACTIONAL, preheader="")),
    Pair("subject_empty", STOP, w(body(""), subject="{{ payload.number }}"), w(body(""), subject="{{ payload.note }}")),
    Pair("subject_long", INFORM, w(body("")), w(body(""), subject=LONG)),
    Pair("subject_long", WARN, w(body("")), w(body(""), subject=f"{LONG} {LONG}")),
    Pair("subject_answer", STOP, w(body(""), subject="Your order"), w(body(""), subject="Re: Your order")),
    Pair(
        "subject_answer",
        WARN,
        w(body(""), subject="Your order", given=TRANSACTIONAL),
        w(body(""), subject="FWD: Your order", given=TRANSACTIONAL),
    ),
    Pair("subject_capitals", WARN, w(body(""), subject="New CUPS"), w(body(""), subject="NEW CUPS")),
    Pair("subject_shouting", WARN, w(body(""), subject="New cups!"), w(body(""), subject="New cups!!")),
    Pair("subject_emoji", INFORM, w(body(""), subject="New cups"), w(body(""), subject="New cups \U0001f379")),
    Pair(
        "subject_emoji",
        WARN,
        w(body(""), subject="New cups"),
        w(body(""), subject="New \U0001f379\U0001f379\U0001f379"),
    ),
    Pair("preheader_missing", WARN, w(body("")), w(body(""), preheader="")),
    Pair("preheader_repeated", WARN, w(body("")), w(body(""), preheader="News from the harbour.")),
    Pair(
        "preheader_repeated", INFORM, w(body("")), w(body(""), preheader="We have new things from the harbour for you")
    ),
    Pair("preheader_long", INFORM, w(body("")), w(body(""), preheader="Cups and more. " * 12)),
    Pair("text_empty", STOP, w(body(""), text="Words {{ unsubscribe_url }}"), w(body(""), text="{{ payload.note }}")),
    Pair("text_poor", WARN, w(body("")), w(body(""), text="Words: https://harbour.shop/ {{ unsubscribe_url }}")),
    Pair(
        "text_link",
        WARN,
        w(body(""), text="The shop: https://harbour.shop/ {{ unsubscribe_url }}"),
        w(body(""), text="The shop: {{ unsubscribe_url }}"),
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_one_passes_and_the_other_does_not(pair: Pair) -> None:
    check_pair(pair)
