"""Do links lead somewhere, say so, and count?"""

from __future__ import annotations

import pytest

from config.queues import Stream
from notifications.compose.preflight.findings import Severity
from tests.notifications.compose.making import text
from tests.notifications.compose.preflight.making import body, facts, kind
from tests.notifications.compose.preflight.pairs import Pair, a, answered, check_pair, name_of, refused, says, w

pytestmark = pytest.mark.req("T6")

STOP, WARN, INFORM = Severity

PAIRS = [
    Pair("link_empty", STOP, w(a("{{ payload.url }}")), w(a("{{ payload.note }}"))),
    Pair("link_placeholder", STOP, w(a("https://harbour.shop/new")), w(a("#"))),
    Pair("link_placeholder", STOP, w(a("https://harbour.shop/new")), w(a("https://www.example.com/new"))),
    Pair("link_placeholder", STOP, w(a("https://harbour.shop/new")), w(a("https://your-site.shop/new"))),
    Pair("link_inside", INFORM, w(a("https://harbour.shop/new")), w(a("#cups"))),
    Pair("link_syntax", STOP, w(a("https://harbour.shop/new")), w(a("https://[harbour/new"))),
    Pair("link_private", STOP, w(a("https://8.8.8.8/")), w(a("https://10.0.0.8/"))),
    Pair("link_private", STOP, w(a("https://wiki.harbour.shop/")), w(a("https://wiki/"))),
    Pair("link_http", WARN, w(a("https://harbour.shop/new")), w(a("http://harbour.shop/new"))),
    Pair("link_unnamed", WARN, w(a("https://harbour.shop/new", "Cups")), w(a("https://harbour.shop/new", ""))),
    Pair("link_none", INFORM, w(body("")), w(text("Nothing to press."))),
    Pair("links_uncounted", INFORM, w(body("")), w(body(""), given=facts(kinds=(kind(is_tracked=False),)))),
    Pair("links_counted", INFORM, w(body(""), given=facts(kinds=(kind(Stream.CRITICAL),))), w(body(""))),
    Pair("link_uncounted", INFORM, w(a("{{ payload.url }}")), w(a("{{ payload.token_url }}"))),
    Pair(
        "link_shows_address",
        WARN,
        w(a("https://harbour.shop/", "The shop")),
        w(a("https://harbour.shop/", "https://harbour.shop/")),
    ),
    Pair(
        "utm_twice",
        WARN,
        w(a("https://harbour.shop/?utm_source=a&amp;utm_medium=e")),
        w(a("https://harbour.shop/?utm_source=a&amp;utm_source=b")),
    ),
    Pair(
        "utm_incomplete",
        INFORM,
        w(a("https://harbour.shop/?utm_source=a&amp;utm_medium=e&amp;utm_campaign=c")),
        w(a("https://harbour.shop/?utm_source=a&amp;utm_medium=e")),
    ),
    Pair("utm_missing", WARN, w(a("https://harbour.shop/new")), w(a("https://harbour.shop/new?utm_source=a"))),
    Pair("utm_none", INFORM, w(a("https://harbour.shop/new?utm_source=a")), w(a("https://harbour.shop/new"))),
    Pair("link_broken", STOP, answered(says(200)), answered(says(404))),
    Pair("link_broken", WARN, answered(says(200)), answered(says(503))),
    Pair("link_guarded", INFORM, answered(says(200)), answered(says(403))),
    Pair("link_downgrade", WARN, answered(says(200)), answered(says(200, "http://harbour.shop/"))),
    Pair("link_redirects", INFORM, answered(says(200, hops=2)), answered(says(200, hops=5))),
    Pair("link_unreachable", STOP, answered(says(200)), answered(refused("unknown_host"))),
    Pair("link_unreachable", WARN, answered(says(200)), answered(refused("too_slow"))),
]


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_one_passes_and_the_other_does_not(pair: Pair) -> None:
    check_pair(pair)
