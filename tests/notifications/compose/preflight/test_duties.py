"""Does the mail hold what law, readers and mailbox providers ask for?"""

from __future__ import annotations

import pytest

from config.queues import Stream
from notifications.compose.preflight.findings import Severity
from notifications.compose.preflight.inspection import Sender
from tests.notifications.compose.making import BRAND, text
from tests.notifications.compose.preflight.making import body, facts, kind
from tests.notifications.compose.preflight.pairs import Pair, check_pair, layout, name_of, w

pytestmark = pytest.mark.req("T6")

STOP, WARN, INFORM = Severity
NOTIFICATION = facts(kinds=(kind(Stream.NOTIFICATION),))

PAIRS = [
    Pair(
        "address_unset",
        WARN,
        w(body(""), given=NOTIFICATION),
        w(body(""), given=facts(kinds=NOTIFICATION.kinds, brand={**BRAND, "address": ""})),
    ),
    Pair(
        "address_missing",
        WARN,
        w(body(""), given=NOTIFICATION),
        w(body(""), given=NOTIFICATION, layout=layout(text("No address."))),
    ),
    Pair("unsubscribe_missing", STOP, w(body("")), w(body(""), layout=layout(text("{{ brand.address }}")))),
    Pair(
        "unsubscribe_text",
        WARN,
        w(body(""), text="The shop: https://harbour.shop/ {{ unsubscribe_url }}"),
        w(body(""), text="The shop: https://harbour.shop/"),
    ),
    Pair("address_unset", STOP, w(body("")), w(body(""), given=facts(brand={**BRAND, "address": " "}))),
    Pair(
        "address_missing", STOP, w(body("")), w(body(""), layout=layout(text('<a href="{{ unsubscribe_url }}">Go</a>')))
    ),
    Pair(
        "address_placeholder",
        WARN,
        w(body("")),
        w(body("1 Example Street"), given=facts(brand={**BRAND, "address": "1 Example Street"})),
    ),
    Pair(
        "locale_missing",
        INFORM,
        w(body(""), given=facts(locales={"en": 9, "en-GB": 1})),
        w(body(""), given=facts(locales={"en": 9, "de-AT": 1})),
    ),
    Pair(
        "locale_missing",
        WARN,
        w(body(""), given=facts(locales={"de": 5, "en": 5}, variants=frozenset(("de",)))),
        w(body(""), given=facts(locales={"de": 5, "en": 5})),
    ),
    Pair(
        "sender_unfit",
        STOP,
        w(body(""), given=facts(senders=(Sender(stream=Stream.MARKETING, domain="harbour.shop", is_fit=True),))),
        w(
            body(""),
            given=facts(senders=(Sender(stream=Stream.MARKETING, domain="harbour.shop", is_fit=False, reason="So"),)),
        ),
    ),
    Pair(
        "sender_placeholder",
        WARN,
        w(body(""), given=facts(senders=(Sender(stream=Stream.MARKETING, domain="harbour.shop", is_fit=True),))),
        w(body(""), given=facts(senders=(Sender(stream=Stream.MARKETING, domain="shop.example", is_fit=True),))),
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_one_passes_and_the_other_does_not(pair: Pair) -> None:
    check_pair(pair)
