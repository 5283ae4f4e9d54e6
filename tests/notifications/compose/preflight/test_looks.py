"""Can the mail be read, and does it look like what it is?"""

from __future__ import annotations

import pytest

from notifications.compose.preflight.findings import Severity
from tests.notifications.compose.making import section
from tests.notifications.compose.preflight.making import DARK, LAYOUT, body
from tests.notifications.compose.preflight.pairs import (
    PICTURE,
    Pair,
    a,
    check_pair,
    darkened,
    name_of,
    picture,
    styled,
    w,
)

pytestmark = pytest.mark.req("T6")

STOP, WARN, INFORM = Severity

PAIRS = [
    Pair(
        "contrast_dark",
        STOP,
        w(styled("color:#000000"), layout=darkened("span { color: #222 !important; }")),
        w(styled("color:#000000"), layout=darkened("span { color: #eee !important; }")),
    ),
    Pair(
        "size_large",
        WARN,
        w(body("{{ payload.number }}")),
        w(body("{{ payload.number }}"), payload={"number": "x" * 90_000}),
    ),
    Pair(
        "size_clipped",
        STOP,
        w(body("{{ payload.number }}")),
        w(body("{{ payload.number }}"), payload={"number": "x" * 104_000}),
    ),
    Pair("spam_pictures", WARN, picture(PICTURE), w(section(f'<mj-image src="{PICTURE}" alt="A cup" />'))),
    Pair("spam_hidden", WARN, w(styled("color:#333333")), w(styled("display:none"))),
    Pair("spam_hidden", WARN, w(styled("font-size:14px")), w(styled("font-size:1px"))),
    Pair("spam_huge", WARN, w(styled("font-size:40px")), w(styled("font-size:80px"))),
    Pair("spam_shouting", WARN, w(body("New cups!")), w(body("New cups!!!"))),
    Pair("spam_shortener", WARN, w(a("https://harbour.shop/c")), w(a("https://bit.ly/c"))),
    Pair(
        "spam_mismatch",
        STOP,
        w(a("https://www.harbour.shop/c", "harbour.shop")),
        w(a("https://quay.shop/c", "harbour.shop")),
    ),
    Pair("contrast_light", WARN, w(styled("color:#666666")), w(styled("color:#999999"))),
    Pair("contrast_light", STOP, w(styled("color:#666666")), w(styled("color:#f0f0f0"))),
    Pair("contrast_light", WARN, w(styled("color:#888888;font-size:24px")), w(styled("color:#888888;font-size:20px"))),
    Pair(
        "contrast_light",
        WARN,
        w(styled("color:#ffffff;background-color:#345")),
        w(styled("color:#ffffff;background-color:#9ab")),
    ),
    Pair(
        "contrast_dark",
        WARN,
        w(styled("color:#777777;background-color:#000000"), layout=darkened("span { color: #bbb !important; }")),
        w(styled("color:#bbbbbb;background-color:#000000"), layout=darkened("span { color: #555 !important; }")),
    ),
    Pair("dark_missing", INFORM, w(body(""), layout=LAYOUT.replace("</mj-head>", f"{DARK}</mj-head>")), w(body(""))),
]


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_one_passes_and_the_other_does_not(pair: Pair) -> None:
    check_pair(pair)
