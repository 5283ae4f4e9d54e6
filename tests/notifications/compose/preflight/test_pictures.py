"""Will pictures be shown, and understood where they are not?"""

from __future__ import annotations

import pytest

from notifications.compose.preflight.findings import Severity
from tests.notifications.compose.preflight.making import body
from tests.notifications.compose.preflight.pairs import (
    PICTURE,
    PNG,
    Pair,
    check_pair,
    image,
    name_of,
    picture,
    pictured,
    refused,
    says,
    w,
)

pytestmark = pytest.mark.req("T6")

STOP, WARN, INFORM = Severity


def ground(address: str) -> str:
    """A section with a picture behind it."""
    return f'<mj-section background-url="{address}"><mj-column><mj-text>On it</mj-text></mj-column></mj-section>'


PAIRS = [
    Pair("image_http", WARN, w(ground("https://harbour.shop/h.png")), w(ground("http://harbour.shop/h.png"))),
    Pair(
        "image_unreachable",
        STOP,
        w(ground(PICTURE), answers={PICTURE: says(octets=PNG)}),
        w(ground(PICTURE), answers={PICTURE: says(404)}),
    ),
    Pair("image_alt", WARN, picture(PICTURE), w(image(f'src="{PICTURE}"'))),
    Pair("image_alt", WARN, w(image(f'src="{PICTURE}" alt=""')), w(body(f'<img src="{PICTURE}" width="9">'))),
    Pair(
        "image_link_alt",
        WARN,
        w(image(f'src="{PICTURE}" href="https://harbour.shop/" alt="The shop"')),
        w(image(f'src="{PICTURE}" href="https://harbour.shop/" alt=""')),
    ),
    Pair(
        "image_width",
        WARN,
        w(body(f'<img src="{PICTURE}" alt="A cup" width="90">')),
        w(body(f'<img src="{PICTURE}" alt="A cup">')),
    ),
    Pair(
        "image_empty",
        STOP,
        w(image('src="{{ payload.url }}" alt="A cup"')),
        w(image('src="{{ payload.note }}" alt="A cup"')),
    ),
    Pair("image_address", STOP, picture(PICTURE), picture("/cup.png")),
    Pair("image_inline", WARN, picture(PICTURE), picture("data:image/gif;base64,R0")),
    Pair("image_http", WARN, picture(PICTURE), picture("http://harbour.shop/cup.png")),
    Pair("image_format", WARN, picture(PICTURE), picture("https://harbour.shop/cup.svg")),
    Pair("image_unreachable", STOP, pictured(says(octets=PNG)), pictured(says(404, octets=PNG))),
    Pair("image_unreachable", STOP, pictured(says(octets=PNG)), pictured(refused("unknown_host"))),
    Pair("image_heavy", STOP, pictured(says(octets=PNG)), pictured(refused("too_large"))),
    Pair("image_heavy", WARN, pictured(says(octets=PNG)), pictured(says(octets=PNG + b"x" * 600_000))),
    Pair(
        "images_heavy", WARN, pictured(says(octets=PNG + b"x" * 600_000)), pictured(says(octets=PNG + b"x" * 1_100_000))
    ),
    Pair("image_none", STOP, pictured(says(octets=PNG)), pictured(says(octets=b"<html>"))),
    Pair("image_blurred", WARN, pictured(says(octets=PNG)), pictured(says(octets=PNG.replace(b"\2\x58", b"\0\x58")))),
    Pair(
        "image_oversized",
        INFORM,
        pictured(says(octets=PNG)),
        pictured(says(octets=PNG.replace(b"\2\x58", b"\x12\x58"))),
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_one_passes_and_the_other_does_not(pair: Pair) -> None:
    check_pair(pair)
