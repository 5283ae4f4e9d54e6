"""Does each example of the Liquid page give what stands beside it, and is every filter there?"""

from __future__ import annotations

import json
import re

import pytest

from notifications.compose.sandbox import environment
from tests.docs.pages import blocks, read
from tests.notifications.compose.making import Mail, text, version

PAGE = "docs/liquid.md"
PEOPLE = {
    "Ada": {"locale": "en-GB", "time_zone": "Europe/London"},
    "Jörg": {"locale": "de", "time_zone": "Europe/Berlin"},
}
_ROW = re.compile(r"^\| `(\{\{.*)` \| ?(.*?)(?:\| ?(.*?))?\|$", re.MULTILINE)


def examples() -> list[tuple[str, str, str]]:
    """Who, what is written, what they read."""
    found = []
    for written, first, second in _ROW.findall(read(PAGE).replace("\\|", "\N{BROKEN BAR}")):
        liquid = written.replace("\N{BROKEN BAR}", "|")
        found += [("Ada", liquid, first.strip()), ("Jörg", liquid, (second or first).strip())]
    return found


@pytest.mark.parametrize(("who", "liquid", "expected"), examples())
def test_an_example_reads_as_the_page_says(who: str, liquid: str, expected: str) -> None:
    payload = json.loads(blocks(PAGE, "json")[0])
    mail = Mail(version(text("x"), text=liquid), contact=PEOPLE[who], payload=payload)
    assert mail.text.strip() == expected


def test_there_are_examples() -> None:
    assert len(examples()) > 40


def test_every_filter_is_on_the_page() -> None:
    page = read(PAGE)
    missing = [name for name in environment(is_html=True).filters if not re.search(rf"[`| ]{name}\b", page)]
    assert missing == []
